import logging

from django.db import OperationalError

from config.logs import OnceAMinute


def record(error: Exception, name: str = "django.request") -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 1, "Internal Server Error", (), (type(error), error, None))


def test_an_outage_is_told_once_a_minute(monkeypatch):
    seconds = [100.0]
    monkeypatch.setattr("config.logs.time.monotonic", lambda: seconds[0])
    told = OnceAMinute()
    assert [told.filter(record(OperationalError("database or disk is full"))) for _ in range(3)] == [True, False, False]
    assert told.filter(record(OperationalError("connection refused")))
    seconds[0] += 61
    assert told.filter(record(OperationalError("database or disk is full")))


def test_other_errors_are_told_each_time():
    told = OnceAMinute()
    assert [told.filter(record(ValueError("x"))) for _ in range(2)] == [True, True]
    assert [told.filter(record(OperationalError("x"), "outbox.engine")) for _ in range(2)] == [True, True]
