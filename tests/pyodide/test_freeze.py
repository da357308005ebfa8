"""The runtime's packages: the same bytes from the same source, whether compiled anew or kept from an earlier build."""

import shutil
import subprocess
from pathlib import Path

from sitebuild.paths import ROOT, VENDOR


def freeze(py: Path, out: Path, *options: str | Path) -> dict[str, bytes]:
    command = ("node", ROOT / "py" / "sitebuild" / "freeze.mjs", "--vendor", VENDOR, "--py", py, "--out", out, *options)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_keeping_what_is_compiled_gives_the_same_bytes(tmp_path: Path, site: Path) -> None:
    earlier = site / "runtime"
    shutil.copytree(ROOT / "py" / "dicom_deid", tmp_path / "py" / "dicom_deid")
    module = tmp_path / "py" / "dicom_deid" / "errors.py"
    module.write_text(module.read_text() + "\nNEW = 1\n")
    module.with_name("model.py").rename(module.with_name("renamed.py"))
    kept = freeze(tmp_path / "py", tmp_path / "kept", "--previous", earlier)
    anew = freeze(tmp_path / "py", tmp_path / "anew")
    assert kept == anew
    assert kept["packages.zip"] != (earlier / "packages.zip").read_bytes()
