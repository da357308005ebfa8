"""Frames decoded, made blank and encoded again without loss: JPEG Lossless, JPEG-LS, JPEG 2000 and HTJ2K.

Samples are taken as the codestream has them, not as the header says that they are meant; so precision and sign stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import uid

from dicom_deid.errors import Failed, Unwritten, Withheld
from dicom_deid.pixels.redaction.description import CANNOT, Description
from dicom_deid.preview.codecs import WITHOUT_TRANSFORM, htj2k
from dicom_deid.preview.codestream import SIZ, big, is_bare, stated
from dicom_deid.regions import Rectangle

Values = NDArray[Any]
COD, SOT = 0x52, 0x90
"""Second bytes of markers of JPEG 2000 (ITU-T T.800 A.6.1, A.4.2)."""


class Samples(NamedTuple):
    """The samples of a codestream. ``bits``: its precision; ``mixed``: whether it transforms colours by itself."""

    values: Values
    bits: int
    mixed: bool = False


class Codec(NamedTuple):
    """A codec for frames of a transfer syntax."""

    decode: Callable[[bytes], Samples]
    encode: Callable[[Samples, Description], bytes]
    lossless: str = ""
    """The transfer syntax of frames that are all encoded again; "": that of the source."""

    def read(self, frame: bytes) -> Samples:
        """The samples of a frame. Raises Failed where it is damaged."""
        try:
            return self.decode(frame)
        except Unwritten:
            raise
        except Exception:  # codecs raise whatever they like, and the text may quote values
            raise Failed("PIXELS_DAMAGED") from None

    def write(self, samples: Samples, described: Description) -> bytes:
        """A frame of samples. Raises Withheld where the codec has no way to."""
        try:
            return self.encode(samples, described)
        except Unwritten:
            raise
        except Exception:  # as above
            raise Withheld(CANNOT) from None


def painted(samples: Samples, rectangles: Sequence[Rectangle], fill: Sequence[int]) -> Samples:
    """Samples with rectangles filled; of numbers without sign with what bits of the fill they have."""
    values = samples.values.copy()
    if values.dtype.kind == "u":
        fill = [value & (1 << samples.bits) - 1 for value in fill]
    for left, top, right, bottom in rectangles:
        values[top:bottom, left:right] = fill if values.ndim == 3 else fill[0]
    return samples._replace(values=values)


def from_jpeg(frame: bytes) -> Samples:
    """JPEG of any process."""
    said = stated(frame)
    try:
        values = imagecodecs.jpeg8_decode(frame, **(WITHOUT_TRANSFORM if said and said.samples == 3 else {}))  # type: ignore[arg-type]
    except imagecodecs.Jpeg8Error:
        values = imagecodecs.ljpeg_decode(frame)
    return Samples(values, said.bits if said else 8 * values.dtype.itemsize)


def to_jpeg(samples: Samples, described: Description) -> bytes:  # noqa: ARG001 - the form of all of them
    """JPEG Lossless with first-order prediction (process 14, selection value 1)."""
    coded = imagecodecs.jpeg8_encode(samples.values, lossless=True, predictor=1, bitspersample=samples.bits)
    return bytes(coded)


def from_jpeg_ls(frame: bytes) -> Samples:
    """JPEG-LS."""
    said = stated(frame)
    values = imagecodecs.jpegls_decode(frame)
    return Samples(values, said.bits if said else 8 * values.dtype.itemsize)


def to_jpeg_ls(samples: Samples, described: Description) -> bytes:
    """JPEG-LS without loss. The codec knows 8 and 16 bits only: signs are carried on to those."""
    values, cell = samples.values, 8 * samples.values.dtype.itemsize
    if described.signed and samples.bits < cell:
        values = extended(values, samples.bits).astype(values.dtype)
    return bytes(imagecodecs.jpegls_encode(values))


def extended(values: Values, bits: int) -> Values:
    """Numbers in two's complement of fewer bits than their cells have."""
    sign = 1 << bits - 1
    wide: Values = values.astype(np.int32 if bits < 31 else np.int64)
    return ((wide & (2 * sign - 1)) ^ sign) - sign


def from_jpeg_2000(frame: bytes) -> Samples:
    """JPEG 2000."""
    return of_codestream(frame, imagecodecs.jpeg2k_decode)


def to_jpeg_2000(samples: Samples, described: Description) -> bytes:  # noqa: ARG001 - as above
    """JPEG 2000 without loss."""
    coded = imagecodecs.jpeg2k_encode(
        samples.values, codecformat="j2k", reversible=True, mct=samples.mixed, bitspersample=samples.bits
    )
    return bytes(coded)


def from_htj2k(frame: bytes) -> Samples:
    """HTJ2K."""
    return of_codestream(frame, htj2k)


def to_htj2k(samples: Samples, described: Description) -> bytes:
    """HTJ2K without loss, in the order and with the marks that RPCL asks for (PS3.5 A.4.4)."""
    mixed = samples.mixed if described.samples == 3 else None
    return bytes(imagecodecs.htj2k_encode(samples.values, reversible=True, tlm=True, rgb=mixed))


def of_codestream(frame: bytes, decode: Callable[[bytes], Values]) -> Samples:
    """The samples of a codestream that stands alone. Raises Withheld for one within a file of its own."""
    said = stated(frame)
    if said is None or not is_bare(frame):
        raise Withheld(CANNOT)
    return Samples(decode(frame), said.bits, is_mixed(frame))


def is_mixed(frame: bytes) -> bool:
    """Whether a codestream transforms three components (ITU-T T.800 A.6.1, multiple component transformation)."""
    at = len(SIZ) - 2
    while at + 10 <= len(frame) and frame[at] == 0xFF and frame[at + 1] != SOT:
        if frame[at + 1] == COD:
            return frame[at + 8] == 1
        at += 2 + big(frame, at + 2)
    raise Failed("PIXELS_DAMAGED")


JPEG = Codec(from_jpeg, to_jpeg)
JPEG_LS = Codec(from_jpeg_ls, to_jpeg_ls, uid.JPEGLSLossless)
JPEG_2000 = Codec(from_jpeg_2000, to_jpeg_2000, uid.JPEG2000Lossless)
HTJ2K = Codec(from_htj2k, to_htj2k, uid.HTJ2KLossless)
CODECS: dict[str, Codec] = {
    **dict.fromkeys((uid.JPEGLossless, uid.JPEGLosslessSV1), JPEG),
    **dict.fromkeys((uid.JPEGLSLossless, uid.JPEGLSNearLossless), JPEG_LS),
    **dict.fromkeys((uid.JPEG2000Lossless, uid.JPEG2000), JPEG_2000),
    **dict.fromkeys((uid.HTJ2KLossless, uid.HTJ2K), HTJ2K),
    uid.HTJ2KLosslessRPCL: HTJ2K._replace(lossless=""),
}
"""Transfer syntax -> its codec. Frames without loss may also stand among others in a transfer syntax for both."""
