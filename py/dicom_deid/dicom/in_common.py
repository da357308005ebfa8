"""What depends on elements that instances share: it is worked out once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from operator import attrgetter
from typing import TypeVar, TypeVarTuple

from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.model import Element

Others = TypeVarTuple("Others")
Result = TypeVar("Result")
Elements = tuple[Element | None, ...]
SHARED = attrgetter("shared")


def in_common(function: Callable[[Elements, *Others], Result]) -> Callable[[Elements, *Others], Result]:
    """The function of some elements, which remembers its latest results for those that instances share.

    Others hardly ever come again, and may be large: nothing is kept of them.
    """
    known = lru_cache(CONTEXTS)(function)

    @wraps(function)
    def called(elements: Elements, *others: *Others) -> Result:
        shared = all(map(SHARED, filter(None, elements)))
        return (known if shared else function)(elements, *others)

    return called
