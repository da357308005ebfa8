"""pydicom without what it loads for pixel data, downloads and examples: they take most of its start.

Nothing of a run asks pydicom for them, and in the page it has never had numpy. What imports numpy itself still can.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

OPTIONAL = ("numpy", "PIL", "pylibjpeg", "libjpeg", "openjpeg", "gdcm", "jpeg_ls")
"""Modules that pydicom does without where they are not installed."""
NEEDED = ("urllib.request", "pydicom.examples")
"""Modules that it imports in any case, and needs when it is asked for a file of its examples."""


@contextmanager
def without() -> Iterator[None]:
    """A context in which modules seem not to be installed, or to be empty."""
    hidden = [name for name in (*OPTIONAL, *NEEDED) if name not in sys.modules]
    for name in hidden:
        # None is the import system's mark of a module that is not there.
        sys.modules[name] = ModuleType(name) if name in NEEDED else None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def load_pydicom() -> None:
    """Imports pydicom; one that this process has already stays as it is."""
    with without():
        import pydicom  # noqa: F401 - it is only loaded here
