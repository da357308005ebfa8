"""Native pixel data: blank inside, the same outside, in every layout of samples; nothing is read that need not be."""

from __future__ import annotations

from typing import Any

import numpy as np
from dicom_deid.regions import Rectangle, Region
from hypothesis import given, settings
from hypothesis import strategies as st
from making import image, noise
from pydicom import uid
from pydicom.dataset import Dataset
from redacting import inside, redacted

FRAMES, ROWS, COLUMNS = 3, 7, 10
SYNTAXES = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.ExplicitVRBigEndian)
edges = st.integers(-2, 12)
rectangles = st.tuples(edges, edges, edges, edges).map(
    lambda e: Rectangle(min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]) + 1, max(e[1], e[3]) + 1)
)
regions = st.lists(
    st.builds(lambda r, first, more: Region(r, first, first + more - 1 if more else 0), rectangles,
              st.integers(1, 4), st.integers(0, 3)),
    min_size=1, max_size=4,
)  # fmt: skip


def covered(given: list[Region], frame: int) -> Any:
    told = [r for r, first, last in given if first <= frame + 1 <= (last or FRAMES)]
    return inside((ROWS, COLUMNS), *told)


def native(dtype: str, bits: int, syntax: uid.UID, **changed: Any) -> tuple[Dataset, Any]:
    values = noise(dtype, bits, (FRAMES, ROWS, COLUMNS))
    dataset = image(values.astype(values.dtype.newbyteorder(">" if syntax == SYNTAXES[2] else "<")), syntax, bits,
                    NumberOfFrames=FRAMES, **changed)  # fmt: skip
    return dataset, values


def grey(given: list[Region], dtype: str, bits: int, syntax: uid.UID, fill: int, **changed: Any) -> None:
    dataset, values = native(dtype, bits, syntax, **changed)
    result, output = redacted(dataset, *given)
    stored = np.frombuffer(output.PixelData[: values.nbytes], np.dtype(dtype).newbyteorder(
        ">" if syntax == SYNTAXES[2] else "<")).reshape(values.shape)  # fmt: skip
    expected = values.copy()
    for frame in range(FRAMES):
        expected[frame][covered(given, frame)] = fill
    assert (stored == expected).all()
    assert result.transfer_syntax == syntax


@settings(deadline=None, max_examples=40)
@given(regions, st.sampled_from(SYNTAXES))
def test_values_of_each_depth(given: list[Region], syntax: uid.UID) -> None:
    grey(given, "u2", 12, syntax, 0, PhotometricInterpretation="MONOCHROME2")
    grey(given, "i2", 16, syntax, -32768, PhotometricInterpretation="MONOCHROME2")
    grey(given, "i2", 12, syntax, -2048, PhotometricInterpretation="MONOCHROME2")
    grey(given, "u2", 12, syntax, 4095, PhotometricInterpretation="MONOCHROME1")
    grey(given, "u4", 32, syntax, 0, PhotometricInterpretation="MONOCHROME2")
