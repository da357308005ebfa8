"""The runtime's packages: the same bytes from the same source, whether compiled anew or kept from an earlier build."""

import subprocess
from pathlib import Path

from sitebuild.paths import ROOT, VENDOR


def freeze(py: Path, out: Path, *options: str | Path) -> dict[str, bytes]:
    command = ("node", ROOT / "worker" / "freeze.mjs", "--vendor", VENDOR, "--py", py, "--out", out, *options)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_keeping_what_is_compiled_gives_the_same_bytes(tmp_path: Path, site: Path) -> None:
    """`site` is there so that what is in vendor/ is right."""
    package = tmp_path / "py" / "dicom_deid"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Before."""\nfrom __future__ import annotations\nANSWER = 41\n')
    (package / "other.py").write_text("SAME = True\n")
    earlier = freeze(tmp_path / "py", tmp_path / "earlier")
    (package / "__init__.py").write_text('"""After."""\nfrom __future__ import annotations\nANSWER = 42\n')
    (package / "other.py").rename(package / "renamed.py")
    kept = freeze(tmp_path / "py", tmp_path / "kept", "--previous", tmp_path / "earlier")
    anew = freeze(tmp_path / "py", tmp_path / "anew")
    assert kept == anew
    assert kept["python_stdlib.zip"] == earlier["python_stdlib.zip"]
    assert kept["packages.zip"] != earlier["packages.zip"]
