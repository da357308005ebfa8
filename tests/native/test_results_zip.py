"""A ZIP of a run by the command line: what is in it, who opens it, and what is refused."""

import hashlib
import hmac
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from commands import command
from console import on_a_terminal
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from runs import RunFolder, native_run
from samples import sample_folder

HANDED_OUT = {"audit.csv", "conformance.md", "output.log", "plan.json"}
LOCAL_HEADER = 30
SHOWN = re.compile(r"Passphrase of this ZIP: ([A-Z2-7]{4}(?:-[A-Z2-7]{4}){5})\r?\n")
PROGRAM = Path(sys.executable).with_name("dicom-deid")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    root = tmp_path_factory.mktemp("results")
    return native_run(sample_folder(root / "in"), root / "run")


def handed_out(run: RunFolder) -> dict[str, bytes]:
    return run.outputs | {name: (run.root / name).read_bytes() for name in HANDED_OUT}


def unsealed(archive: Path, passphrase: str) -> dict[str, bytes]:
    """The content of entries of WinZip's AE-2, by its specification and not by the library that wrote them."""
    raw, found = archive.read_bytes(), {}
    for entry in zipfile.ZipFile(archive).infolist():
        assert (entry.flag_bits & 1, entry.extra[:2], entry.extra[8]) == (1, b"\x01\x99", 3)
        at = entry.header_offset + LOCAL_HEADER
        at += sum(int.from_bytes(raw[at - 4 + 2 * field : at - 2 + 2 * field], "little") for field in (0, 1))
        sealed = raw[at : at + entry.compress_size]
        keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), sealed[:16], 1000, 66)
        if keys[64:] != sealed[16:18]:
            raise ValueError("another passphrase")
        body = sealed[18:-10]
        assert hmac.digest(keys[32:64], body, "sha1")[:10] == sealed[-10:]
        blocks = b"".join(number.to_bytes(16, "little") for number in range(1, len(body) // 16 + 2))
        stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(blocks)
        found[entry.filename] = bytes(one ^ other for one, other in zip(body, stream, strict=False))
    return found


def test_it_has_what_is_handed_out_and_no_more(run: RunFolder, tmp_path: Path) -> None:
    (run.root / "out" / "stray.dcm").write_bytes(b"no output of this run")
    try:
        done = command("zip", run.root, tmp_path / "results.zip")
    finally:
        (run.root / "out" / "stray.dcm").unlink()
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(tmp_path / "results.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == handed_out(run)
        assert archive.namelist() == sorted(archive.namelist())
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_an_encrypted_one_opens_with_the_passphrase_that_is_shown_and_no_other(run: RunFolder, tmp_path: Path) -> None:
    archive = tmp_path / "results.zip"
    code, told = on_a_terminal((PROGRAM, "zip", run.root, archive, "--encrypt"), 200)
    assert code == 0
    shown = SHOWN.search(told)
    assert shown, told
    assert unsealed(archive, shown[1]) == handed_out(run)
    with pytest.raises(ValueError, match="another passphrase"):
        unsealed(archive, shown[1][::-1])
    assert [path.name for path in tmp_path.iterdir()] == ["results.zip"]
    assert archive.stat().st_mode & 0o077 == 0
    for program in filter(shutil.which, ("7z", "bsdtar")):  # where they are there, they say the same
        test = {"7z": ("t", f"-p{shown[1]}"), "bsdtar": ("--passphrase", shown[1], "-xOf")}[program]
        subprocess.run((program, *test, archive), check=True, capture_output=True)


def test_a_passphrase_gets_into_no_file(run: RunFolder, tmp_path: Path) -> None:
    done = command("zip", run.root, tmp_path / "results.zip", "--encrypt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "on a terminal only" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "unfinished").mkdir(), "has not come to its end"),
        (lambda root: next((root / "out").rglob("*.dcm")).unlink(), "is not there any more"),
        (
            lambda root: os.truncate(root / "audit.csv", (root / "audit.csv").stat().st_size - 5),
            "is not there any more",
        ),
        (lambda root: (root / "plan.json").unlink(), "no longer there"),
        (lambda root: (root.parent / "results.zip").touch(), "such a file already"),
    ],
    ids=["not ended", "output missing", "audit cut off", "no run", "there already"],
)
def test_half_a_result_is_none(run: RunFolder, tmp_path: Path, spoil: object, said: str) -> None:
    root = shutil.copytree(run.root, tmp_path / "run")
    spoil(root)  # type: ignore[operator]
    done = command("zip", root, tmp_path / "results.zip")
    assert done.returncode == 2
    assert said in done.stderr
    assert [path for path in tmp_path.iterdir() if path.stat().st_size and path.is_file()] == []


def test_it_does_not_lie_among_the_results(run: RunFolder) -> None:
    done = command("zip", run.root, run.root / "results.zip")
    assert (done.returncode, "apart from it" in done.stderr) == (2, True)
