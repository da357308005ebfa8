"""Decoding by imagecodecs, as a plugin of pydicom.pixels: pydicom finds the frames and settles shape, sign and colour.

The same codecs are in the builds for the command line and for the browser. Colours are left as they are stored, but
for JPEG 2000, whose own transforms (YBR_RCT, YBR_ICT) are undone while it is decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder

PLUGIN = "imagecodecs"
JPEG = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLossless, uid.JPEGLosslessSV1)
HTJ2K = (uid.HTJ2K, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL)
WITHOUT_TRANSFORM = {"colorspace": "YCBCR", "outcolorspace": "YCBCR"}
"""The setting with which libjpeg gives three samples as they are stored."""


def jpeg(frame: bytes, runner: DecodeRunner) -> Any:
    """JPEG of all processes, of 8 to 16 bits."""
    options = WITHOUT_TRANSFORM if runner.samples_per_pixel == 3 else {}
    try:
        return imagecodecs.jpeg8_decode(frame, **options)  # type: ignore[arg-type]
    except imagecodecs.Jpeg8Error:
        if runner.transfer_syntax not in (uid.JPEGLossless, uid.JPEGLosslessSV1) or runner.samples_per_pixel != 1:
            raise
        return imagecodecs.ljpeg_decode(frame)  # takes what libjpeg does not: odd tables, precisions


def rle(frame: bytes, runner: DecodeRunner) -> Any:
    """RLE (PS3.5 G): planes of samples one after another."""
    runner.set_option("planar_configuration", 1)
    dtype, size = np.dtype(f"<u{runner.bits_allocated // 8}"), int(runner.frame_length())
    return imagecodecs.dicomrle_decode(frame, dtype, out=bytearray(size))


def jpeg_2000(frame: bytes, runner: DecodeRunner) -> Any:
    """JPEG 2000 and HTJ2K."""
    decode = htj2k if runner.transfer_syntax in HTJ2K else imagecodecs.jpeg2k_decode
    decoded = decode(frame)
    if runner.photometric_interpretation in ("YBR_ICT", "YBR_RCT"):
        runner.set_option("photometric_interpretation", "RGB")
    return decoded


def htj2k(frame: bytes) -> Any:
    """HTJ2K: colours pixel by pixel, also where they are not transformed."""
    return imagecodecs.htj2k_decode(frame, planar=False)


def jpeg_ls(frame: bytes, runner: DecodeRunner) -> Any:  # noqa: ARG001 - the form of all of them
    """JPEG-LS."""
    return imagecodecs.jpegls_decode(frame)


CODECS: dict[str, tuple[Callable[[bytes, DecodeRunner], Any], tuple[str, ...]]] = {
    **dict.fromkeys(JPEG, (jpeg, ("JPEG8",))),
    **dict.fromkeys((uid.JPEGLSLossless, uid.JPEGLSNearLossless), (jpeg_ls, ("JPEGLS",))),
    **dict.fromkeys((uid.JPEG2000Lossless, uid.JPEG2000), (jpeg_2000, ("JPEG2K",))),
    **dict.fromkeys(HTJ2K, (jpeg_2000, ("HTJ2K",))),
    uid.RLELossless: (rle, ("DICOMRLE",)),
}
"""Transfer syntax -> what decodes a frame of it, and the codecs of imagecodecs that it needs."""
WITHOUT_SIZE = (uid.RLELossless,)
"""Transfer syntaxes whose frames do not say of what size they are."""
DECODER_DEPENDENCIES = dict.fromkeys(CODECS, ("numpy", "imagecodecs"))
"""Asked for by pydicom of a plugin."""


def is_available(syntax: str) -> bool:
    """Whether this build of imagecodecs decodes a transfer syntax. Asked for by pydicom of a plugin."""
    return syntax in CODECS and all(getattr(imagecodecs, name).available for name in CODECS[syntax][1])


def decode_frame(frame: bytes, runner: DecodeRunner) -> bytes:
    """The samples of one frame; what pydicom calls."""
    decoded = CODECS[runner.transfer_syntax][0](frame, runner)
    if isinstance(decoded, np.ndarray):
        runner.set_option("planar_configuration", 0)
        runner.set_option("bits_allocated", decoded.dtype.itemsize * 8)
        decoded = decoded.tobytes()
    return bytes(decoded)


for _syntax in CODECS:
    get_decoder(uid.UID(_syntax)).add_plugin(PLUGIN, (__name__, "decode_frame"))
