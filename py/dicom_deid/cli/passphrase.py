"""Where the command line gets the passphrase and its salt: from files, or made at random and kept in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from dicom_deid import key
from dicom_deid.cli.places import Place, text_of_run
from dicom_deid.cli.strength import refuse_weak
from dicom_deid.cli.text import SALT_NOTE, Unusable

PassphraseFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="File that holds the passphrase. Without it one is made.")
]
SaltFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="File of the salt; made when it is not there. By default beside the passphrase."),
]
NO_FILE = "There is no such passphrase file. It is one line of text; run --save-passphrase FILE makes one"
Weak = Annotated[bool, typer.Option("--weak-passphrase", help="Take the passphrase even if it is easy to guess.")]


@dataclass(slots=True)
class ProjectKey:
    """The passphrase and the salt that a command was given, or that were made for it."""

    file: Path | None
    salt_file: Path | None = None
    weak: bool = False
    version: int = key.NEWEST
    """Of the pseudonyms; those of version 1 have no salt."""
    made: str = ""
    """What was made and is kept nowhere, in words for the user."""

    def secret(self, undo: ExitStack, save: Path | None = None, *, begun: bool = False) -> Callable[[], bytes]:
        """Begins to derive the 32 bytes, which takes a moment that something else can be done in; gives what waits.

        What is made is kept before anything depends on it; ``undo`` takes it away again.

        ``begun``: of a run that goes on, nothing is made. Raises Unusable.
        """
        if self.file is None:
            return deriving(self.make(save, undo))
        passphrase, salt = key.parted(read_passphrase(self.file))
        if self.version == key.BY_ID:
            salt = ""
        elif not salt and key.needs_salt(passphrase):
            salt = self.kept_salt() or self.make_salt(undo, begun=begun)
        derived = deriving(key.salted(passphrase, salt) if salt else passphrase)
        if not self.weak and not begun:
            refuse_weak(passphrase)
        return derived

    def candidates(self) -> list[bytes]:
        """The keys that the files can mean, the likeliest first; nothing is made, and the last one has no salt."""
        assert self.file is not None, "a passphrase is given"
        passphrase, salt = key.parted(read_passphrase(self.file))
        salt = (salt or self.kept_salt()) if self.version != key.BY_ID else ""
        return [key.derive(key.salted(passphrase, salt))] * bool(salt) + [key.derive(passphrase)]

    def lacks_salt(self) -> bool:
        """Whether the passphrase is one that a salt belongs to, and none is there."""
        assert self.file is not None, "a passphrase is given"
        passphrase, salt = key.parted(read_passphrase(self.file))
        return not salt and key.needs_salt(passphrase) and not self.kept_salt()

    def version_of_file(self) -> int:
        """The version of the pseudonyms that the files speak for: without a salt that is needed, that of 0.2."""
        assert self.file is not None, "a passphrase is given"
        passphrase, salt = key.parted(read_passphrase(self.file))
        whole = salt or not key.needs_salt(passphrase) or self.kept_salt()
        return key.NEWEST if whole else key.BY_ID

    @property
    def salt_place(self) -> Path:
        """The file that keeps the salt."""
        assert self.file is not None, "a passphrase is given"
        return self.salt_file or self.file.with_name(f"{self.file.name}.salt")

    def kept_salt(self) -> str:
        """The salt that was made before; "" where there is none. Raises Unusable."""
        try:
            text = self.salt_place.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError):
            raise Unusable(f"The salt file cannot be read as UTF-8 text: {self.salt_place}") from None
        salt = key.parted(text if "salt:" in text.lower() else f"salt:{text}")[1]
        if not salt:
            raise Unusable(f"The salt file holds no salt: {self.salt_place}")
        return salt

    def make_salt(self, undo: ExitStack, *, begun: bool) -> str:
        """A new salt, kept beside the passphrase."""
        if begun:
            raise Unusable(f"The salt of this run is missing: {self.salt_place} (or name it with --salt-file)")
        if not self.salt_file and not (self.file and self.file.is_file()):
            raise Unusable("The passphrase does not come from a file beside which a salt could lie: name --salt-file.")
        salt = key.make_salt()
        keep(self.salt_place, f"salt:{salt}", "salt", undo)
        self.made = f"A salt was made for this passphrase and kept in {self.salt_place}.\n{SALT_NOTE}"
        return salt

    def make(self, save: Path | None, undo: ExitStack) -> str:
        """A random passphrase."""
        made = key.make_passphrase()
        if save is not None:
            keep(save, made, "passphrase", undo)
        self.made = f"The passphrase made for this run: {f'saved in {save}.' if save else made}"
        return made


def deriving(passphrase: str) -> Callable[[], bytes]:
    """Derives the key of a passphrase in another thread; the result waits for it."""
    made: list[bytes] = []
    work = Thread(target=lambda: made.append(key.derive(passphrase)), daemon=True)
    work.start()

    def derived() -> bytes:
        work.join()
        return made[0]

    return derived


def keep(place: Path, text: str, what: str, undo: ExitStack) -> None:
    """Keeps a secret in a new file, for the user alone."""
    try:
        place.touch(mode=0o600, exist_ok=False)
        place.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        elsewhere = " (--salt-file names another place)" if what == "salt" else ""
        raise Unusable(f"The {what} cannot be saved ({error.strerror}): {place}{elsewhere}") from None
    undo.callback(place.unlink)


def check_passphrase(project: ProjectKey, save: Path | None, target: Place, *, begun: bool) -> None:
    """Raises Unusable where a passphrase is missing or one too many, or would lie among the results."""
    if project.file is not None and save is not None:
        raise Unusable("--save-passphrase is for a passphrase that is made; with --passphrase-file there is one.")
    if project.file is None and project.salt_file is not None:
        raise Unusable("--salt-file is for the passphrase of --passphrase-file; one that is made needs no salt.")
    if project.file is None and begun:
        raise Unusable("--resume needs the passphrase of the run: give it with --passphrase-file.")
    kept = save if project.file is None else project.salt_place
    if kept is not None and isinstance(target, Path) and target.resolve() in kept.resolve().parents:
        raise Unusable("The passphrase must not lie in OUTPUT: whoever gets the results would get it too.")


def version_of_run(target: Place) -> int | None:
    """The version of the pseudonyms of the run that was begun at a place; None: there is none."""
    with suppress(ValueError):
        begun = json.loads(text_of_run(target, "plan.json") or b"")
        if isinstance(begun, dict) and "digest" in begun:
            return key.BY_ID if begun.get("pseudonyms", key.BY_ID) == key.BY_ID else key.NEWEST
    return None


def read_passphrase(file: Path) -> str:
    """The passphrase of a file, perhaps with its salt, without the line end that editors put there."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Unusable(f"{NO_FILE}: {file}") from None
    except OSError as error:
        raise Unusable(f"The passphrase file cannot be read ({error.strerror}): {file}") from None
    except UnicodeError:
        raise Unusable(f"The passphrase file cannot be read as UTF-8 text: {file}") from None
    passphrase = text.removesuffix("\n").removesuffix("\r")
    if not key.parted(passphrase)[0]:
        raise Unusable(f"The passphrase file is empty: {file}")
    if key.DAMAGED_SALT.search(key.parted(passphrase)[0]):
        raise Unusable(f"The salt behind the passphrase is damaged: {file}")
    return passphrase
