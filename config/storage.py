"""Static files with a name of their own for each content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # ships no types


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # ships no types
    """Our scripts import one another by that name too: a new one never meets an old one in a browser's cache."""

    # Django's own switch takes in every package's scripts as well, of which one imports what is not there
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
