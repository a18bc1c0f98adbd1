"""Other people's browser files: exactly those a page uses, out of what npm installs.

A package brings hundreds of files; a folder mapped whole would be hashed and compressed whole.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

# Address below /static/vendor/ -> folder in node_modules, then the files in it.
VENDOR: dict[str, tuple[str, tuple[str, ...]]] = {
    "tabler": (
        "@tabler/core/dist/css",
        (
            "tabler.min.css",
            "tabler.min.css.map",
            "tabler.rtl.min.css",
            "tabler.rtl.min.css.map",
        ),
    ),
    "tabler/js": ("@tabler/core/dist/js", ("tabler.min.js", "tabler.min.js.map")),
    "icons": ("@tabler/icons-webfont/dist", ("tabler-icons.min.css",)),
    "icons/fonts": (
        "@tabler/icons-webfont/dist/fonts",
        ("tabler-icons.woff2", "tabler-icons.woff", "tabler-icons.ttf"),
    ),
    "htmx": ("htmx.org/dist", ("htmx.min.js",)),
    "vega": ("vega/build", ("vega.min.js",)),
    "vega-lite": ("vega-lite/build", ("vega-lite.min.js", "vega-lite.min.js.map")),
    # It carries Vega's expression interpreter, which the content-security policy asks for.
    "vega-embed": ("vega-embed/build", ("vega-embed.min.js", "vega-embed.min.js.map")),
}


class VendorFinder(BaseFinder):
    """Finds the files above; before `make setup` there are none, and that is not an error."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to configure, so nothing to check."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Where the file of address `path` lies."""
        found = [
            storage.path(name) for name, storage in self._files() if _address(name, storage) == path
        ]
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Every file with the storage that reads it."""
        for name, storage in self._files():
            if not matches_patterns(name, list(ignore_patterns or [])):
                yield name, storage

    def _files(self) -> Iterator[tuple[str, FileSystemStorage]]:
        for address, (folder, names) in VENDOR.items():
            storage = FileSystemStorage(location=settings.NODE_MODULES / folder)
            storage.prefix = f"vendor/{address}"  # type: ignore[attr-defined]  # collectstatic reads it
            for name in names:
                if storage.exists(name):
                    yield name, storage


def _address(name: str, storage: FileSystemStorage) -> str:
    return f"{storage.prefix}/{name}"  # type: ignore[attr-defined]
