"""One decoded frame, and which of its values are darkest and brightest."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dicom_deid.preview.display import Display

Values = NDArray[Any]


class Picture:
    """One decoded frame: its stored values, rows by columns, by 3 if in colour, and how they are meant to be shown."""

    def __init__(self, values: Values, bits: int, display: Display, warning: str = "") -> None:
        self.values, self.bits, self.display, self.warning = values, bits, display, warning

    @property
    def is_grey(self) -> bool:
        """Whether it has no colours."""
        return self.values.ndim == 2 and self.display.palette is None

    def extent(self) -> tuple[float, float]:
        """The lowest and the highest stored value, without those that pad the image out."""
        return self._extent

    @cached_property
    def _extent(self) -> tuple[float, float]:
        values, padding = self.values, self.display.padding
        if padding is not None:
            inside = values[(values < padding[0]) | (values > padding[1])]
            values = inside if inside.size else values
        if values.dtype.kind == "f":
            finite = values[np.isfinite(values)]
            values = finite if finite.size else np.zeros(1)
        return float(values.min()), float(values.max())
