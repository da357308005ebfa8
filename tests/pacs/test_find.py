"""The command `find`: what it asks, how much it takes, and what of an answer it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from asking import ROOT, answering, dimse, listed, slices, url, web
from commands import command
from made import to_bytes
from orthanc import Orthanc
from pydicom.dataset import Dataset
from pynetdicom import evt

JSON = "application/dicom+json"


def found(done: object) -> list[dict[str, str]]:
    assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
    rows: list[dict[str, str]] = json.loads(done.stdout)["found"]  # type: ignore[attr-defined]
    return rows


def test_studies_and_series_by_each_key(orthanc: Orthanc) -> None:
    for dataset in (
        *slices(3),
        *slices(2, series=2, Modality="MR"),
        *slices(1, study=2, PatientID="OTHER", PatientName="A"),
    ):
        orthanc.add(to_bytes(dataset))
    for there in (orthanc.web_url, orthanc.dimse_url):
        for keys in (
            ("--patient-id", "MRN-0815-4711"),
            ("--name", "Okonk*", "--patient-id", "MRN*"),
            ("--date", "2024-02-01..2024-02-29", "--modality", "MR"),
            ("--name", "Okonkwo^Adaeze", "--date", "20240229"),
            ("--accession", "ACC-99-1", "--patient-id", "MRN-*"),
            ("--study", f"{ROOT}.1"),
        ):
            (study,) = found(command("find", there, *keys, "--json"))
            assert study["StudyInstanceUID"] == f"{ROOT}.1", keys
            assert study["PatientName"] == "Okonkwo^Adaeze"
            assert study["NumberOfStudyRelatedInstances"] == "5"
            assert set(study["ModalitiesInStudy"].split("\\")) == {"CT", "MR"}
        both = found(command("find", there, "--patient-id", "MRN-0815-4711", "--of-series", "--json"))
        assert sorted((row["Modality"], row["NumberOfSeriesRelatedInstances"]) for row in both) == [
            ("CT", "3"),
            ("MR", "2"),
        ]
        (one,) = found(command("find", there, "--series", f"{ROOT}.1.2", "--json"))
        assert (one["Modality"], one["StudyInstanceUID"]) == ("MR", f"{ROOT}.1")
        table = command("find", there, "--date", "20240229..")
        assert (table.returncode, table.stdout.splitlines()[-1]) == (0, "2 studies")
        nothing = command("find", there, "--date", "..20240101")
        assert (nothing.returncode, "nothing that matches" in nothing.stderr) == (1, True)


JAPANESE = "Yamada^Tarou=山田^太郎=やまだ^たろう"


@pytest.mark.parametrize(
    ("encoding", "character_set", "name"),
    [
        ("Latin1", "ISO_IR 100", "Müßig^Jørgen"),
        ("Cyrillic", "ISO_IR 144", "Люксембург^Анна"),
        ("JapaneseKanji", ["", "ISO 2022 IR 87"], JAPANESE),
    ],
)
def test_names_in_the_character_set_of_the_answer(
    encoding: str, character_set: str | list[str], name: str, tmp_path: Path, login: None
) -> None:
    """Orthanc answers C-FIND in its DefaultEncoding, which it names in the answer; DICOM JSON is UTF-8."""
    orthanc = Orthanc(tmp_path, DefaultEncoding=encoding)
    try:
        orthanc.start()
        orthanc.add(to_bytes(slices(1, SpecificCharacterSet=character_set, PatientName=name)[0]))
        for there in (orthanc.web_url, orthanc.dimse_url):
            assert found(command("find", there, "--study", f"{ROOT}.1", "--json"))[0]["PatientName"] == name, there
            shown = command("find", there, "--study", f"{ROOT}.1").stdout
            assert all(part in shown.replace("\n", "") for part in name.rsplit("=", maxsplit=1)[-1].split("^")), there
        (one,) = found(command("find", orthanc.dimse_url, "--name", f"{name.split('^', maxsplit=1)[0]}*", "--json"))
        assert one["PatientName"] == name
    finally:
        orthanc.kill()


def test_a_query_goes_no_further_than_its_limit(orthanc: Orthanc) -> None:
    for study in range(1, 6):
        orthanc.add(to_bytes(slices(1, study=study)[0]))
    for there in (orthanc.web_url, orthanc.dimse_url):
        for limit, number in ((2, 2), (5, 5), (9, 5)):
            done = command("find", there, "--patient-id", "MRN*", "--limit", str(limit), "--json")
            answer = json.loads(done.stdout)
            assert (len(answer["found"]), answer["more"]) == (number, limit < 5), there
            assert ("There are more" in done.stderr) == (limit < 5)


@pytest.mark.parametrize("kind", ["short pages", "no offset", "no limit"])
def test_a_server_that_pages_in_its_own_way(kind: str) -> None:
    studies = [slices(1, study=number)[0] for number in range(1, 11)]
    asked = 0

    def answer(path: str) -> tuple[int, str, bytes]:
        nonlocal asked
        asked += 1
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        offset = 0 if kind == "no offset" else int(query["offset"])
        limit = 3 if kind == "short pages" else 99 if kind == "no limit" else int(query["limit"])
        return 200, JSON, json.dumps(listed(*studies[offset : offset + limit], level="study")).encode()

    with web(answer) as there:
        rows = found(command("find", there, "--patient-id", "MRN*", "--limit", "8", "--json"))
        assert [row["StudyInstanceUID"] for row in rows] == [f"{ROOT}.{number}" for number in range(1, 9)]
        assert asked <= 4
        assert len(found(command("find", there, "--patient-id", "MRN*", "--limit", "99", "--json"))) == 10


def test_a_question_is_taken_back() -> None:
    """C-CANCEL: the peer would answer a million times."""
    given, cancelled = 0, []

    def endless(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        nonlocal given
        for number in range(1, 1_000_000):
            if event.is_cancelled:
                cancelled.append(True)
                yield 0xFE00, None
                return
            given += 1
            answer = Dataset()
            answer.StudyInstanceUID = f"{ROOT}.{number}"
            yield 0xFF00, answer

    with dimse([(evt.EVT_C_FIND, endless)]) as there:
        done = command("find", url(there), "--patient-id", "1*", "--limit", "3", "--json")
    assert len(found(done)) == 3
    assert given < 500_000  # of a million: how many were under way is a matter of load
    assert cancelled == [True]


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("QUERY_EMPTY", ()),
        ("QUERY_EMPTY", ("--patient-id", "*", "--name", "?*")),
        ("QUERY_EMPTY", ("--of-series",)),
        ("QUERY_VALUE", ("--patient-id", "A\\B")),
        ("QUERY_VALUE", ("--patient-id", "A\x1b[2J")),
        ("QUERY_VALUE", ("--name", "A" * 65)),
        ("QUERY_VALUE", ("--date", "2024")),
        ("QUERY_VALUE", ("--date", "..")),
        ("QUERY_VALUE", ("--date", "2024-03-02..2024-03-01")),
        ("QUERY_VALUE", ("--study", "1.2/../series")),
    ],
)
def test_a_query_that_is_not_asked(code: str, keys: tuple[str, ...]) -> None:
    with web(lambda _: pytest.fail("nothing may be asked")) as there:
        done = command("find", there, *keys)
    assert (done.returncode, done.stdout) == (2, "")
    assert code in done.stderr


ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202eevil\x00\u200b\n\r\x9b31m"


def test_nothing_of_an_answer_commands_the_terminal() -> None:
    answers = listed(slices(1)[0], level="study")
    answers[0]["00100010"] = {"vr": "PN", "Value": [{"Alphabetic": f"Doe{ESCAPES}^John"}]}
    answers[0]["00100020"] = {"vr": "LO", "Value": [ESCAPES * 1000]}

    def dimse_answers(_: Dataset) -> Iterator[tuple[int, Dataset | None]]:
        answer = Dataset()
        answer.SpecificCharacterSet = "ISO_IR 192"
        answer.StudyInstanceUID, answer.PatientID = f"{ROOT}.1", f"A{ESCAPES}"
        yield 0xFF00, answer

    with web(lambda _: (200, JSON, json.dumps(answers).encode())) as there, dimse([answering(dimse_answers)]) as other:
        for place in (there, url(other)):
            for how in ((), ("--json",)):
                done = command("find", place, "--study", f"{ROOT}.1", *how)
                assert done.returncode == 0
                assert not set(done.stdout) & set(ESCAPES.replace("\n", "")) - set("]0;ownedevil[2J31m"), place
                assert len(done.stdout) < 40_000


def test_answers_that_are_none() -> None:
    sound = listed(slices(1)[0], level="study")[0]
    for answers, code in (
        ([{**sound, "0020000D": {"vr": "UI"}}], "PACS_ANSWER"),
        ([{**sound, "0020000D": {"vr": "UI", "Value": [{"a": [1]}]}}], "PACS_ANSWER"),
        ([{**sound, "0020000D": {"vr": "UI", "Value": "1.2"}}], "PACS_ANSWER"),
        ([["a"]], "PACS_ANSWER"),
        ({"a": "b"}, "PACS_ANSWER"),
    ):
        with web(lambda _, answers=answers: (200, JSON, json.dumps(answers).encode())) as there:
            done = command("find", there, "--patient-id", "MRN")
        assert (done.returncode, done.stdout, code in done.stderr) == (1, "", True), answers
    strange = {
        **sound,
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": 5}, None, "text"]},
        "00201208": {"vr": "IS", "Value": [1e300, True, 7]},
        "00080061": {"vr": "CS", "Value": ["CT"] * 10_000},
    }
    with web(lambda _: (200, JSON, json.dumps([strange]).encode())) as there:
        (row,) = found(command("find", there, "--patient-id", "MRN", "--json"))
    assert row["PatientName"] == "\\\\text"
    assert len(row["ModalitiesInStudy"]) < 1024


def test_an_answer_of_c_find_that_is_too_long() -> None:
    def answers(_: Dataset) -> Iterator[tuple[int, Dataset | None]]:
        answer = Dataset()
        answer.StudyInstanceUID, answer.StudyComments = f"{ROOT}.1", "A" * 2_000_000
        yield 0xFF00, answer

    with dimse([answering(answers)]) as there:
        done = command("find", url(there), "--patient-id", "MRN")
    assert (done.returncode, "PACS_ANSWER" in done.stderr) == (1, True)


def test_a_peer_that_refuses_and_one_that_nobody_answers_at(orthanc: Orthanc) -> None:
    with dimse([answering(lambda _: iter([(0xA700, None)]))]) as there:
        done = command("find", url(there), "--patient-id", "MRN")
    assert (done.returncode, "PACS_REFUSED" in done.stderr) == (1, True)
    done = command("find", url(there), "--patient-id", "MRN")
    assert (done.returncode, "PACS_UNREACHABLE" in done.stderr) == (1, True)
