"""`pip install .` gives a working command, in an environment with nothing else in it."""

import os
import shutil
import subprocess
import venv
from pathlib import Path

from sitebuild.paths import ROOT


def test_pip_install_gives_a_working_command(tmp_path: Path) -> None:
    source = tmp_path / "dicom-deid"
    shutil.copytree(ROOT / "py", source / "py", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run((programs / "python", "-m", "pip", "install", "--quiet", source), check=True, capture_output=True)
    shutil.rmtree(source)
    for command in ([programs / "dicom-deid"], [programs / "python", "-m", "dicom_deid"]):
        done = subprocess.run([*command, "run", "--help"], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for option in ("--passphrase-file", "--workers", "--verbose", "--allow-sop-class", "--resume"):
            assert option in done.stdout
    command = (programs / "dicom-deid", "thumbnails", tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, "pip install 'dicom-deid[preview]'" in done.stderr) == (2, True), "all else does without"
