"""The checks of a whole output file: preamble, file meta information, pixel bytes, ends, private elements, markers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import storing
from check import Options
from cohort import Made
from key import leaves, planted
from pydicom.dataset import Dataset

Result = tuple[str, bool, str]
CODECS = (
    "utf-8", "latin-1", "iso8859_5", "iso8859_7", "cp1251", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr",
    "iso2022_kr", "gb18030", "big5", "utf-16-le", "utf-16-be",
)  # fmt: skip
SHORTEST = 4  # bytes; fewer are found by chance
META = {0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013}
CODES = {
    "retain-uids": "113110", "retain-device-identity": "113109", "retain-institution-identity": "113112",
    "retain-patient-characteristics": "113108", "retain-full-dates": "113106", "retain-modified-dates": "113107",
    "clean-descriptors": "113105", "clean-structured-content": "113104", "clean-graphics": "113103",
    "retain-safe-private": "113111",
}  # fmt: skip
B_VALUE, SEQUENCE_NAME = (0x2001, "Philips Imaging DD 001", 0x03), (0x0019, "GEMS_ACQU_01", 0x9E)
SAFE = {B_VALUE, SEQUENCE_NAME}
"""Of the private elements of the cohort, those of Table E.3.10-1."""


def checks(made: Made, source: Dataset, after: Dataset, output: bytes, options: Options) -> Iterator[Result]:
    """Category, whether it is so, and what it is about."""
    yield "preamble_zero", output[:132] == bytes(128) + b"DICM", "preamble"
    meta = after.file_meta
    yield "file_meta_replaced", {int(element.tag) for element in meta} <= META, "an element of the source's"
    yield "file_meta_replaced", meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID, "SOP Instance UID"
    yield "file_meta_replaced", meta.ImplementationClassUID != source.file_meta.ImplementationClassUID, "implementation"
    yield "transfer_syntax_kept", meta.TransferSyntaxUID == made.syntax, "transfer syntax"
    if "PixelData" in source:
        yield "pixels_retained", raw(source) == raw(after), "Pixel Data"
    yield "nothing_behind", ends_well(after, output), "bytes behind the data set"
    yield from private_checks(source, after, options)
    dated = made.study.dated_uid in {str(item[str(path[-1])].value) for path, item in leaves(source)}
    yield from marker_checks(source, after, options, dated=dated)
    data = plain(made, after, output)
    if "retain-uids" in options:  # under this option alone they may tell the day
        data = data.replace(made.study.dated_uid.encode(), b"")
    for word in sorted(planted(made.study, options)):
        yield "planted_absent", not any(form in data for form in forms(word)), word


def raw(dataset: Dataset) -> bytes:
    return bytes(dataset.get_item("PixelData").value)


def plain(made: Made, after: Dataset, output: bytes) -> bytes:
    """The file without its pixel bytes, which are random, and inflated; ASCII letters in lower case."""
    if made.syntax == storing.DEFLATED:
        start = 144 + int.from_bytes(output[140:144], "little")
        output = output[:start] + zlib.decompress(output[start:], -zlib.MAX_WBITS)
    if "PixelData" in after:
        output = output.replace(raw(after), b"")
    return output.lower()


def forms(word: str) -> set[bytes]:
    """The bytes by which a text is written in any encoding, shift sequences left out."""
    found = set()
    for codec in CODECS:
        try:
            coded = word.encode(codec)
        except UnicodeError:
            continue
        if codec.startswith("iso2022"):
            coded = coded.replace(b"\x1b$)C", b"").removeprefix(b"\x1b$B").removesuffix(b"\x1b(B").strip(b"\x0e\x0f")
        if len(coded) >= SHORTEST:
            found.add(coded.lower())
    return found


def ends_well(after: Dataset, output: bytes) -> bool:
    """The last element is none of padding, and the litter that stood behind the source is not there."""
    return 0xFFFCFFFC not in after and storing.BEHIND not in output and (0x0040, 0xFFFF) not in after


def private_values(dataset: Dataset) -> dict[tuple[int, str, int], object]:
    """The private elements at the top: group, creator and element within its block -> value."""
    found = {}
    for element in dataset:
        if element.tag.is_private and not element.tag.is_private_creator:
            creator = dataset.get((element.tag.group, element.tag.element >> 8))
            found[element.tag.group, str(creator.value if creator else ""), element.tag.element & 0xFF] = element.value
    return found


def private_checks(source: Dataset, after: Dataset, options: Options) -> Iterator[Result]:
    """No private element but those that are safe, with their creators, and only with the option; then they stay."""
    before, kept = private_values(source), private_values(after)
    allowed = SAFE & before.keys() if "retain-safe-private" in options else set()
    yield "private_removed", kept.keys() <= allowed, f"kept {sorted(kept.keys() - allowed)}"
    if allowed:
        yield "private_retained", kept.keys() >= allowed, f"lost {sorted(allowed - kept.keys())}"
        yield "private_retained", kept.get(B_VALUE) == before[B_VALUE], "a safe number"
        text = str(kept.get(SEQUENCE_NAME))
        yield "private_retained", text.startswith("EPI") and text.endswith("fast"), "the words of a safe text"
    nested = [item for element in after if element.VR == "SQ" for item in element.value]
    yield "private_removed", not any(element.tag.is_private for item in nested for element in item), "in a sequence"


def marker_checks(before: Dataset, after: Dataset, options: Options, *, dated: bool) -> Iterator[Result]:
    """The marks are there and claim what was done, no more and no less (rules 5 and 7).

    ``dated``: it has a UID that tells the day. Where such a UID is replaced and others are retained, neither the option
    nor the profile without it is true.
    """
    dates = "REMOVED"
    if "retain-full-dates" in options:
        dates = "UNMODIFIED"
    elif "retain-modified-dates" in options:
        dates = "MODIFIED"
    codes = {item.CodeValue for item in after.get("DeidentificationMethodCodeSequence", ())}
    done = options - {"clean-graphics"} if any(element.tag >> 24 == 0x60 for element in before) else options
    yield "markers_true", after.get("PatientIdentityRemoved") == "YES", "Patient Identity Removed"
    claimed = {"113100", *(CODES[name] for name in done)}
    if dated and options >= {"retain-uids", "retain-modified-dates"}:
        claimed = set()
    yield "markers_true", codes == claimed, f"codes {sorted(codes)}"
    yield "markers_true", after.get("LongitudinalTemporalInformationModified") == dates, "dates"
    yield "markers_true", bool(after.get("DeidentificationMethod")), "method"
