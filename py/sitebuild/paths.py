"""Where things are, and hashes that tell whether they changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENDOR = ROOT / "vendor"
DIST = ROOT / "dist"
LOCK = ROOT / "assets.lock.json"
TABLES = ROOT / "py" / "dicom_deid" / "tables"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest(parts: Iterable[str]) -> str:
    """One hash over several texts; where one ends and the next begins counts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode()).digest())
    return whole.hexdigest()


def digest_files(paths: Iterable[Path], base: Path) -> str:
    """One hash over names and contents, so that a renamed file counts as a change."""
    named = sorted((path.relative_to(base).as_posix(), path) for path in paths)
    return digest(text for name, path in named for text in (name, sha256(path)))
