"""The command `fetch --run`: a PACS is de-identified as it comes, as its folder would be; no original is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import ROOT, slices
from commands import command
from dicom_deid.key import Key, derive, salted
from dicom_deid.native.display import Display
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.pacs import ahead, pacs_origin, streamed
from dicom_deid.pacs.finding import finder, listed
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.pacs_origin import PacsOrigin
from dicom_deid.pacs.streamed import StreamedSource
from dicom_deid.policy import Plan, Policy
from made import to_bytes
from orthanc import Orthanc
from pydicom.dataset import Dataset
from runs import PASSPHRASE, SALT, WORDS
from runs import RunFolder as Results

STUDY = ("--study", f"{ROOT}.1")
NAMES = (b"Okonkwo", b"MRN-0815", ROOT.encode())
"""Of the originals."""


@pytest.fixture
def secret(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return "--passphrase-file", str(tmp_path / "passphrase")


@pytest.fixture
def study() -> list[Dataset]:
    """Two series, one of which the policy withholds, and one instance that cannot be read."""
    secondary = slices(2, series=2, SOPClassUID="1.2.840.10008.5.1.4.1.1.7", BurnedInAnnotation="YES")
    for dataset in secondary:
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    return [*slices(5), *secondary]


def content(run: Path) -> dict[str, bytes]:
    """The files of a run; of the log the lines without times, rates and processes."""
    found = {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    lines = [line.partition(b" ")[2].partition(b" bytes out")[0] for line in found["output.log"].splitlines()]
    found["output.log"] = b"\n".join(line for line in lines if b"/sec)" not in line and b"process" not in line)
    return found


def test_a_run_of_a_pacs_is_that_of_its_folder(
    orthanc: Orthanc, study: list[Dataset], tmp_path: Path, secret: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, by each way; and there is no folder for temporary files that anything could go to."""
    for dataset in study:
        orthanc.add(to_bytes(dataset))
    for number, there in enumerate(
        ((orthanc.web_url,), (orthanc.dimse_url,), (orthanc.dimse_url, "--listen", str(orthanc.peer_port)))
    ):
        folder, of_folder, straight = (tmp_path / f"{word}{number}" for word in ("folder", "of-folder", "straight"))
        assert command("fetch", *there, *STUDY, "--folder", folder).returncode == 0
        assert command("run", folder, of_folder, *secret).returncode == 1
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
            done = command("fetch", *there, *STUDY, "--run", straight, *secret)
        assert done.returncode == 1
        assert done.stdout.startswith("Done: 5 written, 2 withheld, 0 skipped, 0 failed"), done.stderr
        here, other = content(straight), content(of_folder)
        assert here.keys() == other.keys()
        assert {name for name in here if here[name] != other[name]} == set()
        assert not [name for name, data in here.items() if any(one in data for one in NAMES)]
        Results(straight).check()


class Killing(Display):
    """Does something after the first files."""

    def __init__(self, action: Any) -> None:
        self._action = action

    def advanced(self, *_: int) -> None:
        action, self._action = self._action, None
        if action:
            action()


def test_a_run_whose_pacs_is_killed_goes_on(
    orthanc: Orthanc, tmp_path: Path, secret: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with a code and no row for what did not come; resumed, it ends as one that was never cut off."""
    monkeypatch.setattr(pacs_origin, "PAUSES", ())
    monkeypatch.setattr(ahead, "MOST_AHEAD", 2)
    monkeypatch.setattr("dicom_deid.executors.ANSWER_SECONDS", 0)
    for dataset in slices(8):
        orthanc.add(to_bytes(dataset))
    key, opened, open_one = derive(salted(WORDS, SALT)), list[str](), PacsOrigin.open
    monkeypatch.setattr(PacsOrigin, "open", lambda origin, path: opened.append(path) or open_one(origin, path))
    for way, there in ((orthanc.web, orthanc.web_url), (orthanc.dimse, orthanc.dimse_url)):
        whole, cut = tmp_path / f"whole-{way.scheme}", tmp_path / f"cut-{way.scheme}"
        command("fetch", there, *STUDY, "--run", whole, *secret)
        with finder(way) as pacs:
            found = listed(pacs, list(pacs.ask("study", {"StudyInstanceUID": f"{ROOT}.1"}, 1)), "study")
        run = Run(PacsOrigin(way, found.instances), RunFolder(FolderSink(cut)), Plan(Policy(), Key(key)), key, 0)
        run.open()
        summary = run.go(Killing(orthanc.kill))
        assert (summary["end"], summary["error"]) == ("stopped", "PACS_UNREACHABLE")
        rows = len(Results(cut).rows)
        assert 0 < rows < 8
        orthanc.start()
        opened.clear()
        done = command("fetch", there, *STUDY, "--run", cut, "--resume", *secret)
        assert len(set(opened)) == len(opened) == 8 - rows
        assert done.stdout.startswith("Done: 8 written"), done.stderr
        assert Results(cut).outputs == Results(whole).outputs
        assert Results(cut).audit == Results(whole).audit


def test_a_long_object_comes_again_as_it_is_read(
    orthanc: Orthanc, tmp_path: Path, secret: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With blocks of 1 kB in place of 1 MB; by DIMSE, which cannot, such an object has a reason."""
    monkeypatch.setattr(streamed, "BLOCK", 1024)
    monkeypatch.setattr(streamed, "FIRST_BLOCKS", 66)
    monkeypatch.setattr(streamed, "MOST_BLOCKS", 80)
    monkeypatch.setattr(ahead, "LARGEST", 100_000)
    long = slices(1, Rows=512, Columns=512, PixelData=bytes(range(256)) * 2048)[0]
    orthanc.add(to_bytes(long))
    folder, of_folder, straight = (tmp_path / word for word in ("folder", "of-folder", "straight"))
    command("fetch", orthanc.web_url, *STUDY, "--folder", folder)
    command("run", folder, of_folder, *secret)
    passes = []
    content_of = PacsOrigin._content
    monkeypatch.setattr(PacsOrigin, "_content", lambda *asked: passes.append(asked) or content_of(*asked))
    command("fetch", orthanc.web_url, *STUDY, "--run", straight, *secret)
    assert Results(straight).outputs == Results(of_folder).outputs
    assert len(Results(straight).outputs) == 1
    assert 2 <= len(passes) <= 3
    done = command("fetch", orthanc.dimse_url, *STUDY, "--run", tmp_path / "dimse", *secret)
    assert (done.returncode, "1 failed OBJECT_TOO_LARGE" in done.stdout) == (1, True)
    (row,) = Results(tmp_path / "dimse").rows
    assert (row["status"], row["reason"], row["output_path"]) == ("failed", "OBJECT_TOO_LARGE", "")


def test_an_object_that_changes_between_two_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "BLOCK", 1024)
    monkeypatch.setattr(streamed, "MOST_BLOCKS", 16)
    dataset = slices(1, PixelData=bytes(100_000))[0]
    wanted = Instance(dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID)
    versions = [to_bytes(dataset)]

    def come() -> Iterator[bytes]:
        data = versions[-1]
        yield from (data[at : at + 700] for at in range(0, len(data), 700))

    monkeypatch.setattr("dicom_deid.pacs.streamed.LOOK_BYTES", 2048)
    with StreamedSource(wanted, come) as source:
        assert source.size == len(versions[0])
        assert source.read(50_000, 53_000) == versions[0][50_000:53_000]
        assert source.read(10_000, 90_000) == versions[0][10_000:90_000]
        assert source.read(source.size - 10, source.size) == versions[0][-10:]
        for changed in (b"\1".join((versions[0][:70_000], versions[0][70_001:])), versions[0][:60_000]):
            versions.append(changed)
            with pytest.raises(Exception, match="SOURCE_CHANGED"):
                source.read(60_000, 80_000)
        assert source.read(0, 100) == versions[0][:100]
