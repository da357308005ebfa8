"""The frames of an instance, decoded one at a time: a multi-frame object of any size costs no more than one frame."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames, get_frame, itemize_fragment, parse_basic_offsets, parse_fragments
from pydicom.filereader import read_dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import as_pixel_options
from pydicom.uid import UID

from dicom_deid.errors import Failed
from dicom_deid.model import Instance, Pixels
from dicom_deid.preview import codecs, codestream
from dicom_deid.preview.display import display_of
from dicom_deid.preview.picture import Picture
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source

LARGEST = 512 * 1024 * 1024
"""Bytes of a decoded frame; a larger one is not decoded."""
ITEM_HEADER = 8
NO_OFFSETS = itemize_fragment(b"")
KEYWORDS = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", 0x7FE00010: "PixelData"}
YBR = ("YBR_FULL", "YBR_FULL_422")
Values = NDArray[Any]


class Frames:
    """The frames of an instance that the scan found in a source. Raises Failed where none can be shown."""

    def __init__(self, instance: Instance, source: Source, largest: int = LARGEST) -> None:
        if instance.pixels is None:
            raise Failed("NO_PIXELS")
        self.pixels, self.syntax = instance.pixels, UID(instance.transfer_syntax)
        with NO_WARNINGS:  # they quote values
            self.dataset = header(instance, source)
            self.options = options(self.dataset, self.pixels)
        self.count = int(self.options["number_of_frames"])
        self._file: io.BufferedIOBase = (
            io.BytesIO(instance.inflated) if instance.inflated is not None else io.BufferedReader(RawRange(source))
        )
        samples = self.options["samples_per_pixel"] * self.options["bits_allocated"]
        if self.options["rows"] * self.options["columns"] * samples > largest * 8:
            raise Failed("PIXELS_TOO_LARGE")
        if self.pixels.encapsulated and not codecs.is_available(self.syntax):
            raise Failed("PIXELS_UNKNOWN")

    def __iter__(self) -> Iterator[Picture | Failed]:
        """All frames in their order; what makes one of them fail does not end the others."""
        if not self.pixels.encapsulated:
            yield from (self.attempt(number) for number in range(self.count))
            return
        self._file.seek(self.pixels.start)
        found = self.fragments()
        for number in range(self.count):
            try:
                compressed = next(found, None)
            except Exception:  # whatever pydicom raises over fragments that are not as they should be
                compressed = None
            if compressed is None:
                yield Failed("PIXELS_DAMAGED")
                return
            yield self.attempt(number, compressed)

    def __getitem__(self, number: int) -> Picture:
        """The frame of a number from 0. Raises Failed."""
        if not self.pixels.encapsulated:
            return self.picture(number, b"")
        try:
            with NO_WARNINGS:
                offsets = self.offsets
                self._file.seek(self.pixels.start)
                compressed = get_frame(self._file, number, number_of_frames=self.count, extended_offsets=offsets)
        except Exception:  # as above
            raise Failed("PIXELS_DAMAGED") from None
        return self.picture(number, compressed)

    @cached_property
    def offsets(self) -> Any:
        """Where compressed frames begin, and their lengths (C.7.6.3.1.8): as the data set says, or as one walk found.

        None where an offset table says it, or where not each frame is one fragment. pydicom would walk for each frame.
        """
        said = self.options.get("extended_offsets")
        self._file.seek(self.pixels.start)
        if said or parse_basic_offsets(self._file):
            return said
        count, begins = parse_fragments(self._file)
        if count != self.count:
            return None
        self._file.seek(begins[-1] + ITEM_HEADER // 2)
        last = int.from_bytes(self._file.read(ITEM_HEADER // 2), "little")
        lengths = [end - begin - ITEM_HEADER for begin, end in pairwise(begins)]
        return [begin - begins[0] for begin in begins], [*lengths, last]

    def attempt(self, number: int, compressed: bytes = b"") -> Picture | Failed:
        """A frame, or why there is none."""
        try:
            return self.picture(number, compressed)
        except Failed as failure:
            return failure

    def fragments(self) -> Iterator[bytes]:
        """The compressed frames, from where the file is."""
        with NO_WARNINGS:
            yield from generate_frames(
                self._file, number_of_frames=self.count, extended_offsets=self.options.get("extended_offsets")
            )

    def picture(self, number: int, compressed: bytes) -> Picture:
        """The frame of a number, decoded from the file, or from its compressed bytes. Raises Failed."""
        display = display_of(self.dataset, number)
        warning = self.check(compressed) if self.pixels.encapsulated else ""
        values, told = self.decoded(number, compressed)
        photometric, bits = str(told["photometric_interpretation"]), int(told.get("bits_stored", 0))
        if photometric in YBR:
            if values.dtype != np.uint8:
                raise Failed("PIXELS_UNKNOWN")
            values = np.asarray(Image.fromarray(values, "YCbCr").convert("RGB"))
        if values.ndim == 3 and (values.shape[2] != 3 or values.dtype.kind != "u"):
            raise Failed("PIXELS_UNKNOWN")
        values = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
        return Picture(values, bits, display, warning)

    def decoded(self, number: int, compressed: bytes) -> tuple[Values, dict[str, Any]]:
        """A frame as pydicom and the codecs decode it."""
        source: Any = self._file
        told = dict(self.options)
        if told["bits_allocated"] == 1 and not self.pixels.encapsulated:
            return self.single_bits(number), told
        if self.pixels.encapsulated:
            source, number = NO_OFFSETS + itemize_fragment(compressed), 0
            told["number_of_frames"] = 1
            told.pop("extended_offsets", None)
        else:
            source.seek(self.pixels.start)
        try:
            with NO_WARNINGS:
                plugin = codecs.PLUGIN if self.pixels.encapsulated else ""
                return get_decoder(self.syntax).as_array(source, index=number, raw=True, decoding_plugin=plugin, **told)
        except NotImplementedError:
            raise Failed("PIXELS_UNKNOWN") from None
        except Exception:  # codecs and pydicom raise whatever they like over damaged data; the text may quote values
            raise Failed("PIXELS_DAMAGED") from None

    def single_bits(self, number: int) -> Values:
        """A frame of one bit a sample; it need not begin with a byte (PS3.5 8.1.1), where pydicom reads too little."""
        size = self.options["rows"] * self.options["columns"]
        if self.options["samples_per_pixel"] != 1:
            raise Failed("PIXELS_UNKNOWN")
        first, last = number * size // 8, -(-(number + 1) * size // 8)
        self._file.seek(self.pixels.start + first)
        bits = np.unpackbits(np.frombuffer(self._file.read(last - first), np.uint8), bitorder="little")
        begin = number * size - first * 8
        return bits[begin : begin + size].reshape(self.options["rows"], self.options["columns"])

    def check(self, compressed: bytes) -> str:
        """Raises Failed where a compressed frame says that it is not of the size that the header says.

        Answers the code of a warning, or "".
        """
        if self.syntax in codecs.WITHOUT_SIZE:
            return ""
        said = codestream.stated(compressed)
        if said is None:
            raise Failed("PIXELS_DAMAGED")
        wanted = tuple(self.options[name] for name in ("rows", "columns", "samples_per_pixel"))
        if said[:3] != wanted or said.bits > self.options["bits_allocated"]:
            raise Failed("PIXELS_DISAGREE")
        return "" if codestream.is_bare(compressed) else "PIXELS_WRAPPED"


def header(instance: Instance, source: Source) -> Dataset:
    """The data set before the pixel data, as pydicom reads it."""
    pixels = instance.pixels
    assert pixels is not None
    end = pixels.start - (12 if instance.syntax.explicit else 8)
    try:
        if instance.inflated is not None:
            return read_dataset(io.BytesIO(instance.inflated[:end]), is_implicit_VR=False, is_little_endian=True)
        return dcmread(io.BytesIO(source.head()[:end]), force=True)
    except Exception:  # pydicom is stricter about some things than the scan
        raise Failed("MALFORMED") from None


def options(dataset: Dataset, pixels: Pixels) -> dict[str, Any]:
    """Attributes of the pixel data that pydicom needs. Raises Failed where the header does not say it."""
    try:
        found = as_pixel_options(dataset, pixel_keyword=KEYWORDS[pixels.tag], pixel_vr=pixels.vr)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Failed("PIXELS_DISAGREE") from None
    found.setdefault("samples_per_pixel", 1)
    found.setdefault("photometric_interpretation", "MONOCHROME2")
    if found["pixel_keyword"] == "PixelData":
        found.setdefault("bits_stored", found.get("bits_allocated"))
        found.setdefault("pixel_representation", 0)
    if found["samples_per_pixel"] == 3:
        found.setdefault("planar_configuration", 0)
    numbers = [
        found.get(name) for name in ("rows", "columns", "samples_per_pixel", "bits_allocated", "number_of_frames")
    ]
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise Failed("PIXELS_DISAGREE")
    return found


class RawRange(io.RawIOBase):
    """A source as a file that can be read anywhere."""

    def __init__(self, source: Source) -> None:
        self._source, self._at = source, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(self._at, min(self._at + len(buffer), self._source.size))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
