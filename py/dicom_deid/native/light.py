"""pydicom without what it loads for pixel data where that is installed: numpy and decoders take most of its start.

Nothing of a run asks pydicom for pixels, and in the page it has never had numpy. What imports numpy itself still can.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FOR_PIXELS = ("numpy", "PIL", "pylibjpeg", "libjpeg", "openjpeg", "gdcm", "jpeg_ls")


@contextmanager
def without_pixels() -> Iterator[None]:
    """A context in which modules for pixel data seem not to be installed."""
    hidden = [name for name in FOR_PIXELS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: the import system's mark for it
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def load_pydicom() -> None:
    """Imports pydicom; one that this process has already stays as it is."""
    with without_pixels():
        import pydicom  # noqa: F401 - it is only loaded here
