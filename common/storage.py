"""Static files with the hash of their content in the name."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

FIELD_MODULES = "js/field/*.js"
"""The modules of the field app name each other; other scripts, above all other people's, stand alone and are left as they are."""


class ReleaseStorage(CompressedManifestStaticFilesStorage):
    max_post_process_passes = 10
    """As long as the longest chain of imports among the modules."""
    patterns = (*CompressedManifestStaticFilesStorage.patterns, (FIELD_MODULES, HashedFilesMixin._js_module_import_aggregation_patterns[1]))
