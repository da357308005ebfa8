"""The command `fetch` into a folder: originals whole or not at all, each once, and nothing that was not asked for."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asking import CT, MULTIPART, ROOT, answering, dimse, listed, multipart, slices, stored, url, web
from commands import command
from dicom_deid.errors import NoRun, PacsFailure
from dicom_deid.pacs.cmove import Cmove
from dicom_deid.pacs.fetching import Fetching, Outcome
from dicom_deid.pacs.finding import finder
from dicom_deid.pacs.finding import listed as instances_of
from dicom_deid.pacs.instance import Instance, name_of, objection
from dicom_deid.pacs.originals import Originals
from dicom_deid.pacs.retrieving import retriever
from made import to_bytes
from orthanc import Orthanc, free_port
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian, RLELossless
from pynetdicom import AE, evt

JSON = "application/dicom+json"
STUDY = ("--study", f"{ROOT}.1")


def files(folder: Path) -> dict[str, bytes]:
    """SOP Instance UID, by the name -> content."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.suffix == ".dcm" for path in found)
    names = [path.stem for path in found]
    assert len(names) == len(set(names))
    return {path.stem: path.read_bytes() for path in found}


def ways(orthanc: Orthanc) -> list[tuple[str, ...]]:
    """DICOMweb, C-GET, C-MOVE."""
    return [(orthanc.web_url,), (orthanc.dimse_url,), (orthanc.dimse_url, "--listen", str(orthanc.peer_port))]


def test_a_study_comes_as_it_is_by_each_way_and_once(orthanc: Orthanc, tmp_path: Path) -> None:
    rle = slices(1, series=2)[0]
    rle.compress(RLELossless, rle.pixel_array, generate_instance_uid=False)
    implicit = slices(1, series=3)[0]
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    study = stored([*slices(4), rle, implicit])
    for content in (*study.values(), to_bytes(slices(1, study=2)[0])):
        orthanc.add(content)
    for number, way in enumerate(ways(orthanc)):
        folder = tmp_path / str(number)
        done = command("fetch", *way, *STUDY, "--folder", folder)
        assert (done.returncode, done.stdout) == (0, "6 fetched, 0 there before, 0 failed\n"), done.stderr
        come = files(folder)
        assert come.keys() == study.keys()
        for uid, content in come.items():
            here, there = dcmread(folder / f"{ROOT}.1" / uid.rsplit(".", 1)[0] / f"{uid}.dcm"), study[uid]
            assert here.file_meta.TransferSyntaxUID == dcmread_bytes(there).file_meta.TransferSyntaxUID, way
            assert here == dcmread_bytes(there), way
            assert content == there or number, "WADO-RS gives the very bytes"
        stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.dcm")}
        (folder / f"{ROOT}.1" / f"{ROOT}.1.1" / f"{ROOT}.1.1.1.dcm").write_bytes(b"damaged")
        again = command("fetch", *way, *STUDY, "--folder", folder, "--json")
        outcomes = json.loads(again.stdout)["instances"]
        assert [one["status"] for one in outcomes].count("present") == 5
        assert files(folder) == come
        assert sum(path.stat().st_mtime_ns != stamp for path, stamp in stamps.items()) == 1
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.rglob("*.dcm"))


def dcmread_bytes(content: bytes) -> Dataset:
    from io import BytesIO

    return dcmread(BytesIO(content))


def test_a_pacs_that_is_killed_in_the_middle(orthanc: Orthanc, tmp_path: Path) -> None:
    """What came stays, whole; nothing else does; the same command gets the rest, and nothing a second time."""
    series = [dataset for number in range(1, 5) for dataset in slices(3, series=number)]
    for dataset in series:
        orthanc.add(to_bytes(dataset))
    for way in (orthanc.web, orthanc.dimse):
        folder = tmp_path / way.scheme
        originals, outcomes = Originals(folder), list[Outcome]()
        with finder(way) as pacs:
            wanted = instances_of(pacs, pacs.ask("study", {"StudyInstanceUID": f"{ROOT}.1"}, 2), "study").instances
        with pytest.raises(NoRun):
            Originals(folder)
        with pytest.raises(PacsFailure, match="PACS_UNREACHABLE"), retriever(way, None) as pacs:
            keep(outcomes, Fetching(pacs, originals, lambda: False, lambda _: None).outcomes(wanted), orthanc)
        originals.close()
        orthanc.start()
        come = files(folder)
        assert 4 <= len(outcomes) <= 6
        assert come.keys() == {one.instance.uid for one in outcomes if one.status == "fetched"}
        done = command("fetch", f"{way.url or url(way)}", *STUDY, "--folder", folder)
        assert (done.returncode, done.stdout) == (0, f"{12 - len(come)} fetched, {len(come)} there before, 0 failed\n")
        assert files(folder).keys() == {dataset.SOPInstanceUID for dataset in series}


def keep(outcomes: list[Outcome], coming: Iterator[Outcome], orthanc: Orthanc) -> None:
    """Keeps what comes; after the fourth the server is killed."""
    for outcome in coming:
        outcomes.append(outcome)
        if len(outcomes) == 4:
            orthanc.kill()


Retrieve = Callable[[str], bytes]


def serving(study: list[Dataset], retrieve: Retrieve, listing: list[dict[str, object]] | None = None) -> object:
    """A DICOMweb server of one series, whose retrievals are answered so."""

    def answer(path: str) -> tuple[int, str, bytes]:
        place, _, question = path.partition("?")
        if not question:
            return 200, MULTIPART, retrieve(path)
        level = {"studies": "study", "series": "series", "instances": "instance"}[place.rsplit("/", 1)[-1]]
        found = listed(*(study if level == "instance" else study[:1]), level=level)
        found = found if level != "instance" or listing is None else listing
        return 200, JSON, json.dumps(found if "offset=0" in question else []).encode()

    return web(answer)


def outcome_of(there: str, folder: Path, *more: str) -> dict[str, tuple[str, str]]:
    done = command("fetch", there, *(more or STUDY), "--folder", folder, "--json")
    assert done.stdout, done.stderr
    rows = json.loads(done.stdout)["instances"]
    assert done.returncode == int(any(row["status"] == "failed" for row in rows))
    return {row["sop_instance_uid"]: (row["status"], row["reason"]) for row in rows}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicom_deid.pacs.fetching.PAUSES", (0.0, 0.0))


def test_an_answer_that_is_cut_off(tmp_path: Path) -> None:
    """The end of HTTP is no end of the answer: what came short is asked for again, one by one."""
    study = slices(4)
    content = stored(study)
    whole = multipart(*content.values())
    cuts = (len(whole) - 3, len(whole) - 12, len(whole) // 2, 100, 10, 0)
    for number, cut in enumerate(cuts):
        asked = list[str]()

        def retrieve(path: str, cut: int = cut, asked: list[str] = asked) -> bytes:
            asked.append(path)
            return multipart(content[path.rsplit("/", 1)[-1]]) if "/instances/" in path else whole[:cut]

        folder = tmp_path / str(number)
        with serving(study, retrieve) as there:  # type: ignore[attr-defined]
            assert set(outcome_of(there, folder).values()) == {("fetched", "")}
        assert files(folder) == content
        assert len(asked) > 1 or cut == cuts[0], "only the closing boundary is missing"
        assert all(path.startswith(f"/studies/{ROOT}.1/series/{ROOT}.1.1") for path in asked)


def test_an_instance_that_is_always_cut_off(tmp_path: Path) -> None:
    study = slices(2)
    first, second = stored(study).values()

    def retrieve(path: str) -> bytes:
        return multipart(second)[:-8] if path.endswith(".2") else multipart(first)

    with serving(study, retrieve) as there:  # type: ignore[attr-defined]
        outcomes = outcome_of(there, tmp_path)
    assert list(outcomes.values()) == [("fetched", ""), ("failed", "PACS_CUT_SHORT")]
    assert list(files(tmp_path)) == [f"{ROOT}.1.1.1"]


def test_what_was_not_asked_for_is_not_taken(tmp_path: Path) -> None:
    """Another study, another series, another patient, an instance twice, and what is no DICOM."""
    study = slices(3)
    strangers = [slices(1, study=7)[0], slices(1, series=7)[0], slices(1, study=1, PatientID="SOMEBODY ELSE")[0]]
    strangers[1].SOPInstanceUID = study[1].SOPInstanceUID
    bodies = [to_bytes(one) for one in (*strangers, study[2], study[2])]

    with serving(study, lambda _: multipart(*bodies, b"no DICOM", b"")) as there:  # type: ignore[attr-defined]
        done = command("fetch", there, *STUDY, "--folder", tmp_path)
        assert done.returncode == 1
        outcomes = outcome_of(there, tmp_path)
    assert "objects were sent that nobody had asked for. None was kept." in done.stdout
    assert "SOMEBODY" not in done.stdout + done.stderr
    ends = (("failed", "PACS_OTHER_PATIENT"), ("failed", "PACS_OTHER_INSTANCE"), ("present", ""))
    assert outcomes == {dataset.SOPInstanceUID: end for dataset, end in zip(study, ends, strict=True)}
    assert files(tmp_path) == {study[2].SOPInstanceUID: to_bytes(study[2])}


def test_uids_of_a_listing_lead_nowhere(tmp_path: Path) -> None:
    study = slices(4)
    for dataset, uid in zip(study, ("../../../etc/cron.d/x", "*", "1.2.03", "1.2\\1.3"), strict=True):
        dataset.SOPInstanceUID = uid
    listing = listed(*study)
    asked = list[str]()

    def retrieve(path: str) -> bytes:
        asked.append(path)
        return multipart(to_bytes(study[2]))

    folder = tmp_path / "here"
    with serving(study, retrieve, listing) as there:  # type: ignore[attr-defined]
        outcomes = outcome_of(there, folder)
    assert outcomes == {
        "../../../etc/cron.d/x": ("failed", "PACS_UID"),
        "*": ("failed", "PACS_UID"),
        "1.2.03": ("fetched", ""),
        "1.2\\1.3": ("failed", "PACS_UID"),
    }
    assert asked == [f"/studies/{ROOT}.1/series/{ROOT}.1.1/instances/1.2.03"]
    assert [path.name for path in tmp_path.rglob("*.dcm")] == [f"{name_of('1.2.03')}.dcm"]
    assert name_of("1.2.03").startswith("x-")


def test_a_pacs_that_has_more_than_it_lists(tmp_path: Path) -> None:
    study = slices(2)
    body = multipart(*stored(study).values())

    def answer(path: str) -> tuple[int, str, bytes]:
        if "?" not in path:
            return 200, MULTIPART, body
        level = {"studies": "study", "series": "series", "instances": "instance"}[path.partition("?")[0].split("/")[-1]]
        found = listed(*(study if level == "instance" else study[:1]), level=level)
        if level == "series":
            found[0]["00201209"] = {"vr": "IS", "Value": [3]}
        return 200, JSON, json.dumps(found if "offset=0" in path else []).encode()

    with web(answer) as there:
        done = command("fetch", there, *STUDY, "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (1, "2 fetched, 0 there before, 0 failed\n")
    assert "fewer instances than it says" in done.stderr


def finding_and(study: list[Dataset], send: Callable[[evt.Event], Iterator[object]]) -> list[object]:
    """The handlers of a DIMSE peer that lists a series, and answers C-GET so."""

    def answers(asked: Dataset) -> Iterator[tuple[int, Dataset | None]]:
        for dataset in study if asked.QueryRetrieveLevel == "IMAGE" else study[:1]:
            answer = Dataset()
            for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "PatientID"):
                if keyword in asked or keyword == "PatientID":
                    setattr(answer, keyword, dataset[keyword].value)
            yield 0xFF00, answer

    return [answering(answers), (evt.EVT_C_GET, send)]


def test_a_c_get_that_sends_others(tmp_path: Path) -> None:
    """Each instance that is asked for has its outcome, whatever the peer counts."""
    study = slices(3)
    strangers = [slices(1, study=7)[0], slices(1, PatientID="SOMEBODY ELSE")[0]]

    def send(event: evt.Event) -> Iterator[object]:
        sent = [*strangers, *study[1:2], *study[1:2]]
        yield len(sent)
        for dataset in sent:
            yield 0xFF00, dataset

    with dimse(finding_and(study, send)) as there:
        outcomes = outcome_of(url(there), tmp_path)
    assert list(outcomes.values()) == [("failed", "PACS_OTHER_PATIENT"), ("fetched", ""), ("failed", "PACS_NOT_SENT")]
    assert list(files(tmp_path)) == [study[1].SOPInstanceUID]


def test_the_port_of_c_move_takes_nothing_else(orthanc: Orthanc) -> None:
    """Neither from another title nor for another, and no instance that is not waited for."""
    port = free_port()
    mover = Cmove(orthanc.dimse, port)
    try:
        statuses = []
        for calling, called in (("ORTHANC", "DICOMDEID"), ("EVIL", "DICOMDEID"), ("ORTHANC", "OTHER")):
            entity = AE(calling)
            entity.add_requested_context(CT)
            association = entity.associate("127.0.0.1", port, ae_title=called)
            if association.is_established:
                statuses.append(association.send_c_store(slices(1)[0]).Status)
                association.release()
        assert statuses == [0x0124]
        with pytest.raises(PacsFailure, match="PACS_LISTEN"):
            Cmove(orthanc.dimse, port)
    finally:
        mover.close()


def test_a_query_that_is_too_wide_or_empty_fetches_nothing(orthanc: Orthanc, tmp_path: Path) -> None:
    for study in range(1, 4):
        orthanc.add(to_bytes(slices(1, study=study)[0]))
    folder = tmp_path / "here"
    for keys, code, status in (
        (("--patient-id", "MRN*", "--limit", "2"), "QUERY_TOO_WIDE", 2),
        (("--patient-id", "*"), "QUERY_EMPTY", 2),
        (("--patient-id", "NOBODY"), "QUERY_NOTHING", 1),
    ):
        done = command("fetch", orthanc.web_url, *keys, "--folder", folder)
        assert (done.returncode, code in done.stderr, folder.exists()) == (status, True, False)
    assert command("fetch", orthanc.web_url, *STUDY).returncode == 2
    assert command("fetch", orthanc.web_url, *STUDY, "--folder", folder, "--run", folder).returncode == 2
    assert command("fetch", orthanc.web_url, *STUDY, "--folder", folder, "--listen", "11113").returncode == 2
    done = command("fetch", orthanc.web_url, *STUDY, "--folder", folder, "--option", "retain-uids")
    assert (done.returncode, "originals as they are" in done.stderr, folder.exists()) == (2, True, False)
    (tmp_path / "plan.json").touch()
    (tmp_path / "audit.csv").touch()
    done = command("fetch", orthanc.web_url, *STUDY, "--folder", folder)
    assert (done.returncode, "must not be among results" in done.stderr, folder.exists()) == (2, True, False)


def test_a_patient_id_in_another_character_set() -> None:
    """What a PACS says of it may lack the letters that its character set has not; the rest has to be the same."""
    dataset = slices(1, SpecificCharacterSet="ISO_IR 192", PatientID="山田-17")[0]
    wanted = Instance(dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID)
    content = to_bytes(dataset)
    for said, code in (("山田-17", ""), ("??-17", ""), ("-17", ""), ("", ""), ("-18", "PACS_OTHER_PATIENT")):
        assert objection(wanted._replace(patient=said), content, len(content)) == code, said


def test_instances_stand_in_the_order_of_a_folder() -> None:
    paths = [Instance("1.2", "1.3", f"1.3.{number}").path for number in (10, 9, 2)]
    assert sorted(paths) == ["1.2/1.3/1.3.10.dcm", "1.2/1.3/1.3.2.dcm", "1.2/1.3/1.3.9.dcm"]
