"""Files that are too long to be held whole, and headers that are longer than what is read first."""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from codestreams import jpeg, segment
from journey import Ended, Journey
from pydicom import FileDataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless
from runs import native_run, timeless

LONG = 5 * 1024 * 1024  # bytes; a file up to 4 MiB is read whole
LONG_HEADER = 300 * 1024  # bytes; 64 KiB of a file are read first
NOISE = random.Random(2026).randbytes(LONG)


def plain(dataset: FileDataset) -> None:
    dataset.Rows, dataset.Columns = 2048, LONG // 2 // 2048
    dataset.PixelData = NOISE


def with_a_long_header(dataset: FileDataset) -> None:
    plain(dataset)
    dataset.add_new(0x00091001, "OB", NOISE[:LONG_HEADER])
    dataset.ImageComments = "herons " * 100


def with_much_behind_the_pixels(dataset: FileDataset) -> None:
    plain(dataset)
    dataset.DataSetTrailingPadding = NOISE[:LONG_HEADER]


def in_fragments(dataset: FileDataset, frame: bytes = NOISE) -> None:
    dataset.PixelData = encapsulate([frame], fragments_per_frame=40)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless


def with_comments(dataset: FileDataset) -> None:
    in_fragments(dataset, commented(b"CompressedSamples^CT1"))


def commented(text: bytes) -> bytes:
    """A JPEG frame with a text in its header and behind its long scan."""
    scan = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + NOISE.replace(b"\xff", b"\xfe")
    return jpeg(segment(0xFE, text), late=scan + segment(0xFE, text))


def deflated(dataset: FileDataset) -> None:
    plain(dataset)
    dataset.PixelData = bytes(LONG - 4096) + NOISE[:4096]
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian


KINDS: tuple[Callable[[FileDataset], None], ...] = (
    plain,
    with_a_long_header,
    with_much_behind_the_pixels,
    in_fragments,
    with_comments,
    deflated,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file of each kind, and two of them cut short."""
    root = tmp_path_factory.mktemp("large") / "in"
    root.mkdir()
    for number, kind in enumerate(KINDS):
        dataset = dcmread(str(get_testdata_file("CT_small.dcm")))
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number + 1}"
        kind(dataset)
        dataset.save_as(root / f"{kind.__name__}.dcm", enforce_file_format=True)
    for name in ("plain", "in_fragments"):
        (root / f"{name}_cut.dcm").write_bytes((root / f"{name}.dcm").read_bytes()[:-1000])
    return root


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    return target


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_large_files_come_out_as_by_the_command_line(
    journey: Journey, folder: Path, tmp_path: Path, packed: bool
) -> None:
    journey.drop(zipped(folder, tmp_path / "herons.zip") if packed else folder)
    ended = journey.run()
    run, expected = journey.results(tmp_path / "page"), native_run(folder, tmp_path / "native")
    assert timeless(run.rows) == timeless(expected.rows)
    assert run.outputs == expected.outputs
    assert ended == Ended("Done", written=6, withheld=0, skipped=0, failed=2)
    run.check()
    assert {row["reason"] for row in run.rows} == {"", "TRUNCATED"}
    pixels = {dcmread(run.root / path).PixelData for path in run.outputs}
    before = {dcmread(folder / f"{kind.__name__}.dcm").PixelData for kind in KINDS if kind is not with_comments}
    assert pixels > before
    (emptied,) = pixels - before
    assert get_frame(emptied, 0, number_of_frames=1).removesuffix(b"\0") == commented(bytes(21))
