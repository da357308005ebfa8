"""The runtime's packages: the same bytes from the same source, whether compiled anew or kept from an earlier build."""

import zipfile
from pathlib import Path

import pytest
from sitebuild import freeze
from sitebuild.paths import ROOT

ZIP = "packages.zip"
Members = list[tuple[str, bytes]]


@pytest.fixture
def members() -> Members:
    """A package of the core, with a table."""
    root = ROOT / "py" / "dicom_deid"
    paths = [*(root / "dicom").glob("*.py"), root / "tables" / "options.json"]
    return [(path.relative_to(ROOT / "py").as_posix(), path.read_bytes()) for path in paths]


def written(folder: Path, members: Members, previous: Path) -> bytes:
    folder.mkdir()
    freeze._write(folder / ZIP, members, previous)
    return (folder / ZIP).read_bytes()


def test_keeping_what_is_compiled_gives_the_same_bytes(
    tmp_path: Path, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = written(tmp_path / "earlier", members, tmp_path / "none")
    changed = [(name, content + b"\nNEW = 1\n" if name.endswith("/order.py") else content) for name, content in members]
    changed = [(name.replace("/peek.py", "/renamed.py"), content) for name, content in changed]
    anew = written(tmp_path / "anew", changed, tmp_path / "none")
    compiled, compile_ = list[str](), freeze._compiled
    monkeypatch.setattr(
        freeze,
        "_compiled",
        lambda name, source: compiled.append(name) or compile_(name, source),  # type: ignore[func-returns-value]
    )
    kept = written(tmp_path / "kept", changed, tmp_path / "earlier")
    assert kept == anew != earlier
    assert compiled == ["dicom_deid/dicom/order.py", "dicom_deid/dicom/renamed.py"]


def test_only_docstrings_are_left_out(tmp_path: Path, members: Members) -> None:
    written(tmp_path / "out", members, tmp_path / "none")
    with zipfile.ZipFile(tmp_path / "out" / ZIP) as archive:
        names = archive.namelist()
        assert b"Raises Failed or ShortRead" not in archive.read("dicom_deid/dicom/reader.pyc")
    assert names == sorted(f"{name}c" if name.endswith(".py") else name for name, _ in members)
