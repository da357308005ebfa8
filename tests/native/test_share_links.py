"""The store of links: what was promised holds, whenever its process is killed; and the ways that a link is opened."""

from __future__ import annotations

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dicom_deid.errors import SourceFailure
from dicom_deid.share.archive import Part
from dicom_deid.share.below import open_below
from dicom_deid.share.links import DOWNLOAD, WRONG_CODES, File, Links, Wish
from dicom_deid.share.record import Record
from dicom_deid.share.store import Store

MOMENTS = 20
WORK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_share_links import wish
from dicom_deid.share.links import DOWNLOAD, Links
from dicom_deid.share.store import Store

links = Links(Store(Path(sys.argv[1])))
say = lambda *words: print(*words, flush=True)
while True:
    token, link = links.create(wish(one_time=True))
    say("made", token, link.number)
    token, other = links.create(wish())
    say("made", token, other.number)
    say("ending", link.number)
    links.revoke(link.number)
    say("revoked", link.number)
    token, used = links.create(wish(one_time=True))
    say("made", token, used.number)
    say("ending", used.number)
    links.ticket(used, DOWNLOAD)
    say("used", used.number)
"""


def wish(**how: object) -> Wish:
    file = File(Part(Path("/nowhere"), "1.dcm", "1.dcm", 100, 1), 1)
    return Wish([file], [{"key": "0" * 40, "modality": "CT"}], "de-identified", **how)  # type: ignore[arg-type]


def killed(store: Path, lines: int) -> list[list[str]]:
    """What a process said that makes and ends links, and was killed after so many lines."""
    command = (sys.executable, "-c", WORK, store, Path(__file__).parent)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = list(itertools.islice(process.stdout, lines))
        process.kill()
        said += list(process.stdout)
    return [line.split() for line in said if line.endswith("\n")]


def test_no_link_is_lost_and_none_comes_back_when_the_server_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "links.sqlite"
    with ThreadPoolExecutor(2) as rounds:  # two at a time, as two would on one disk
        said = [line for lines in rounds.map(lambda number: killed(path, 1 + number), range(MOMENTS)) for line in lines]
    links = Links(Store(path))
    made = {int(number): token for word, *rest in said if word == "made" for token, number in [rest]}
    ended = {word: {int(rest[-1]) for kind, *rest in said if kind == word} for word in ("ending", "revoked", "used")}
    assert len(made) > MOMENTS
    assert ended["revoked"]
    assert ended["used"]
    for number, token in made.items():
        link = links.find(token)
        if number in ended["revoked"] | ended["used"]:
            assert link is None, "it has come back"
        elif number not in ended["ending"]:
            assert link is not None, "it was lost"
            assert link.number == number
            assert len(list(links.files(number))) == 1
    assert {link.state for link in links.all()} == {"open", "revoked", "used"}


def test_tries_at_once_are_counted_each(tmp_path: Path) -> None:
    links = Links(Store(tmp_path / "links.sqlite"))
    token, link = links.create(wish(passcode="grey heron"))
    with ThreadPoolExecutor(8) as people:
        assert not any(people.map(lambda number: links.admit(link, f"guess {number}"), range(8)))
    assert links.get(link.number).wrong == WRONG_CODES
    assert links.find(token) is None
    assert not links.admit(link, "grey heron"), "the right one comes too late"
    assert links.ticket(link, DOWNLOAD) is None


def test_a_passcode_is_the_same_however_its_letters_are_composed(tmp_path: Path) -> None:
    links = Links(Store(tmp_path / "links.sqlite"))
    _, link = links.create(wish(passcode="Grüner Reiher"))
    assert links.admit(link, "Gru\u0308ner Reiher ")
    _, told = links.create(wish(passcode="HERO-NSBY"))
    assert links.admit(told, "heronsby"), "as it is typed on a phone"
    assert links.get(link.number).wrong == 0
    assert b"Reiher" not in (tmp_path / "links.sqlite").read_bytes()


def test_the_links_of_one_place_belong_to_one_server(tmp_path: Path) -> None:
    links = Links(Store(tmp_path / "links.sqlite"))
    first = Record(tmp_path / "share.log", links)
    with pytest.raises(BlockingIOError):
        Record(tmp_path / "share.log", links)
    first.close()
    Record(tmp_path / "share.log", links).close()


def test_no_link_and_no_dots_lead_out_of_a_folder(tmp_path: Path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret.dcm"
    (root / "inner").mkdir(parents=True)
    secret.write_bytes(b"secret")
    (root / "inner" / "file.dcm").write_bytes(b"content")
    (root / "link.dcm").symlink_to(secret)
    (root / "out").symlink_to(tmp_path, target_is_directory=True)
    (root / "same").symlink_to(root / "inner", target_is_directory=True)
    with open_below(root, "inner/file.dcm") as source:
        assert source.read(0, source.size) == b"content"
    bad = ["link.dcm", "out/secret.dcm", "same/file.dcm", "../secret.dcm", "inner/../../secret.dcm", str(secret)]
    for path in (*bad, "", ".", "inner", "inner/", "/inner/file.dcm", "inner//file.dcm", "inner/file.dcm\0", "none"):
        with pytest.raises(SourceFailure):
            open_below(root, path)
