"""The spool: what is on the disk before an instance is acknowledged, and what it knows after a restart."""

import os
from pathlib import Path

import pytest
from dicom_deid.errors import PolicyError
from dicom_deid.key import Key
from dicom_deid.pacs.gateway.arriving import Arriving, uids_of
from dicom_deid.pacs.gateway.batch import Runs
from dicom_deid.pacs.gateway.gateway import Gateway, Settings
from dicom_deid.pacs.gateway.receiver import Door
from dicom_deid.pacs.gateway.spool import TAKEN, WITHHELD, WRITTEN, Spool
from dicom_deid.policy import Plan, Policy
from gateways import instance
from made import KEY, UID


def opened(root: Path, key: bytes = KEY) -> Spool:
    spool = Spool(root, Key(key))
    spool.open()
    return spool


def arrived(spool: Spool, content: bytes) -> Arriving:
    arriving = Arriving(spool.incoming, lambda: "")
    for at in range(0, len(content), 100):
        arriving.write(content[at : at + 100])
    return arriving


def keep(spool: Spool, content: bytes) -> str:
    arriving = arrived(spool, content)
    uids = uids_of(bytes(arriving.head))
    return spool.keep(arriving, uids.instance, uids.study, arriving.digest("1.2.840.10008.1.2.1"))


def test_on_the_disk_before_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes, then the name, then the folder; no other order survives a power cut."""
    spool, steps = opened(tmp_path / "spool"), list[str]()
    sync, rename = os.fsync, Path.rename

    def synced(file: int) -> None:
        steps.append(Path(f"/proc/self/fd/{file}").readlink().relative_to(spool.root).parts[0])
        sync(file)

    def renamed(path: Path, target: Path) -> Path:
        steps.append(f"{path.parent.name} to {target.relative_to(spool.root).parts[0]}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    assert keep(spool, instance(1)) == "new"
    assert steps == ["incoming", "incoming to waiting", "waiting", "waiting"]
    assert keep(spool, instance(2)) == "new"
    assert steps[4:] == ["incoming", "incoming to waiting", "waiting"]
    spool.close()


def test_two_that_come_together_for_a_new_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is not acknowledged before the name of their folder is on the disk."""
    spool, synced = opened(tmp_path / "spool"), list[Path]()
    sync = os.fsync

    def second(file: int) -> None:
        place = Path(f"/proc/self/fd/{file}").readlink()
        sync(file)
        if place.parent == spool.root / "waiting" and place not in synced:
            synced.append(place)
            assert keep(spool, instance(2)) == "new"
            assert spool.root / "waiting" in synced
        synced.append(place)

    monkeypatch.setattr(os, "fsync", second)
    assert keep(spool, instance(1)) == "new"
    spool.close()


def test_known_in_every_state_and_after_a_restart(tmp_path: Path) -> None:
    spool = opened(tmp_path / "spool")
    contents = [instance(number) for number in range(3)]
    changed = instance(0, SliceThickness="9")
    for content in contents:
        assert keep(spool, content) == "new"

    def again(spool: Spool) -> Spool:
        """All is known, before a restart and behind it."""
        for one in (spool, None):
            if one is None:
                spool.close()
                spool = opened(tmp_path / "spool")
            assert [keep(spool, content) for content in (*contents, changed)] == ["same", "same", "same", "other"]
        return spool

    spool = again(spool)
    assert spool.waiting() == 3
    assert not spool.at_rest(60)
    number = spool.take(spool.at_rest(-1), 1)
    assert number == 1
    spool = again(spool)
    assert (spool.waiting(), spool.numbers(TAKEN)) == (0, [1])
    taken = spool.folder(TAKEN, 1)
    paths = sorted(path.relative_to(taken) for path in taken.rglob("*.dcm"))
    spool.settle(1, dict(zip(paths, ("written", "withheld", "written"), strict=True)))
    spool = again(spool)
    assert (spool.numbers(TAKEN), spool.numbers(WRITTEN), spool.numbers(WITHHELD)) == ([], [1], [1])
    spool.finish(1, [paths[0], paths[2]], keep=False)
    spool = again(spool)
    assert [len(spool.numbers(state)) for state in (TAKEN, WRITTEN, WITHHELD)] == [0, 0, 1]
    note = spool.folder(WITHHELD, 1) / "note.txt"
    note.write_text("mine")
    assert spool.again() == 1
    assert note.exists(), "it was put there by a person"
    note.unlink()
    assert spool.waiting() == 1
    assert spool.take(spool.at_rest(-1), 1) == 2, "no number is given twice, wherever its run is by now"
    names = [str(path) for path in (tmp_path / "spool").rglob("*")]
    assert not [name for name in names if UID in name]
    spool.close()
    with pytest.raises(PolicyError, match="WRONG_KEY"):
        opened(tmp_path / "spool", bytes(32))


def test_a_step_that_was_cut_off(tmp_path: Path) -> None:
    """A settling that came half way goes on with what is left."""
    spool = opened(tmp_path / "spool")
    for number in range(2):
        keep(spool, instance(number))
    spool.take(spool.at_rest(-1), 1)
    taken = spool.folder(TAKEN, 1)
    paths = sorted(path.relative_to(taken) for path in taken.rglob("*.dcm"))
    apart = spool.folder(WITHHELD, 1) / paths[0]
    apart.parent.mkdir(parents=True)
    (taken / paths[0]).rename(apart)
    (spool.incoming / "half").write_bytes(b"half")
    spool.close()
    spool = opened(tmp_path / "spool")
    assert not list(spool.incoming.iterdir())
    spool.settle(1, {paths[1]: "written"})
    assert (spool.numbers(TAKEN), spool.numbers(WITHHELD)) == ([], [1])
    assert [keep(spool, instance(number)) for number in range(2)] == ["same", "same"]
    spool.close()


def test_originals_go_while_more_comes_to_rest(tmp_path: Path) -> None:
    """Under load there is always a further run to begin; what is done does not wait for an end of it."""
    spool = opened(tmp_path / "spool")
    (tmp_path / "output").mkdir()
    runs = Runs(tmp_path / "output", spool, Plan(Policy(), Key(KEY)), KEY, workers=0, spare=True)
    gateway = Gateway(Settings(Door("", "", 0), runs, rest=-1, keep_free=0))
    for study in range(3):
        keep(spool, instance(1, study))
        assert gateway.work()
        assert len(spool.numbers(WRITTEN)) == 1, "that of the run before is gone"
    assert gateway.work()
    assert not list((tmp_path / "spool").rglob("*.dcm"))
    assert [path.name for path in sorted((tmp_path / "output").iterdir())] == ["run-000001", "run-000002", "run-000003"]
    spool.close()


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """All that comes is taken and nothing kept, so that the peer hears of it in the end."""
    spool = opened(tmp_path / "spool")
    arriving = Arriving(spool.incoming, lambda: "SPOOL_FULL")
    assert arriving.write(bytes(1000)) == 1000
    assert arriving.refusal == "SPOOL_FULL"
    assert not list(spool.incoming.iterdir())
    gone = Arriving(tmp_path / "nowhere", lambda: "")
    assert gone.refusal == "SPOOL_LOST"
    gone.write(bytes(10))
    half = arrived(spool, instance(1))
    assert len(list(spool.incoming.iterdir())) == 1
    del half
    assert not list(spool.incoming.iterdir())
    spool.close()
