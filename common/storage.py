"""Static files with the hash of their content in the name."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

FIELD_MODULES = "js/field/*.js"
"""The modules of the field app name each other; other scripts, above all other people's, stand alone and are left as they are."""
IMPORTS = (
    (r"""(?P<matched>import(?P<names>[\s{][^;"']*?)\s*from\s*["'](?P<url>\.[^"']*)["']\s*;)""", 'import%(names)s from "%(url)s";'),
    (r"""(?P<matched>export(?P<names>[\s{*][^;"']*?)\s*from\s*["'](?P<url>\.[^"']*)["']\s*;)""", 'export%(names)s from "%(url)s";'),
    (r"""(?P<matched>import\s*["'](?P<url>\.[^"']*)["']\s*;)""", 'import "%(url)s";'),
    (r"""(?P<matched>import\(["'](?P<url>\.[^"']*)["']\))""", 'import("%(url)s")'),
)
"""The four ways one module names another."""


class ReleaseStorage(CompressedManifestStaticFilesStorage):
    max_post_process_passes = 10
    """As long as the longest chain of imports among the modules."""
    patterns = (*CompressedManifestStaticFilesStorage.patterns, (FIELD_MODULES, IMPORTS))
