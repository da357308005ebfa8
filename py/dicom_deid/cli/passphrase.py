"""Where the command line gets the passphrase: from a file, or made at random and kept in one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from dicom_deid.cli.text import Unusable
from dicom_deid.key import make_passphrase


def given_passphrase(file: Path | None, save: Path | None, target: Path, resume: bool) -> str | None:
    """The passphrase of the file that was named; None: one has to be made."""
    if file is None:
        if resume and (target / "plan.json").exists():
            raise Unusable("--resume needs the passphrase of the run: give it with --passphrase-file.")
        if save is not None and target.resolve() in save.resolve().parents:
            raise Unusable("The passphrase must not lie in OUTPUT: whoever gets the results would get it too.")
        return None
    if save is not None:
        raise Unusable("--save-passphrase is for a passphrase that is made; with --passphrase-file there is one.")
    return read_passphrase(file)


def read_passphrase(file: Path) -> str:
    """The passphrase of a file, without the line end that editors put there."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError):
        raise Unusable(f"The passphrase file cannot be read as UTF-8 text: {file}") from None
    passphrase = text.removesuffix("\n").removesuffix("\r")
    if not passphrase:
        raise Unusable(f"The passphrase file is empty: {file}")
    return passphrase


def made_passphrase(save: Path | None, undo: ExitStack) -> str:
    """A random passphrase; where it is to be saved, it is before anything depends on it."""
    passphrase = make_passphrase()
    if save is not None:
        try:
            save.touch(mode=0o600, exist_ok=False)
            save.write_text(passphrase + "\n", encoding="utf-8")
        except OSError as error:
            raise Unusable(f"The passphrase cannot be saved ({error.strerror}): {save}") from None
        undo.callback(save.unlink)
    return passphrase
