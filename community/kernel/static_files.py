"""Style sheets, scripts and pictures of the code, under names that change with what is in them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = r"""(?P<matched>from "(?P<url>\./[^"]+)";)"""


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Our scripts that import another ask for it by such a name, too: a browser keeps it as long as they need it.

    Django's own way reads the scripts of libraries as well, and takes what their comments speak of for imports.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", ((IMPORT, 'from "%(url)s";'),)))
