FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt /requirements.txt
RUN /venv/bin/pip install --no-deps --require-hashes -r /requirements.txt && /venv/bin/pip check

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    VAR_DIR=/var/lib/keepword \
    STATIC_ROOT=/srv/static
RUN groupadd --system --gid 10001 keepword \
    && useradd --system --uid 10001 --gid 10001 --home-dir /app keepword \
    && install -d -m 700 -o keepword -g keepword /var/lib/keepword \
    && install -d -o keepword -g keepword /srv
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY config config
COPY base base
COPY accounts accounts
COPY outbox outbox
COPY crm crm
COPY interviews interviews
COPY followups followups
COPY pages pages
COPY templates templates
COPY static static
USER 10001:10001
# static files belong to the image, not to the data: a new image serves its own
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput && rm -r /tmp/build
VOLUME /var/lib/keepword
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "config.wsgi:application"]
