"""Assembles dist/: a static site that works from any host below any path."""

import json
import os
import shutil
import tomllib
from pathlib import Path

from .assets import locked
from .page import FRAME, assemble_page, page_files
from .paths import DIST, ROOT, TABLES, VENDOR, digest, digest_files
from .shell import BuildError, run, say

SITE_TABLES = (
    "detection.json",
    "forecast.json",
    "guessed-first.json",
    "options.json",
    "policy.schema.json",
    "reasons.json",
    "sentences.json",
    "sop-classes.json",
)
BUILD_DIGITS = 16  # hex digits of the build's name


def site(wheels: Path | None = None, pacs: str = "") -> None:
    """Assembles the site beside the old one and swaps them, so that nobody ever sees half of it.

    ``wheels``: a folder of pure-Python wheels that the site's policies can name. ``pacs``: the address of a PACS that
    the page offers.
    """
    sources = source_files() | wheel_files(wheels)
    lost = [name for name, path in (sources | {FRAME: ROOT / FRAME}).items() if not path.exists()]
    if lost:
        raise BuildError(f"The source tree is not whole. Missing: {', '.join(lost)}")
    freezer = freezer_digest()
    runtime = digest([freezer, digest_files(core_files(), ROOT)])
    page = assemble_page(ROOT, pacs)
    inputs = digest(
        [
            runtime,
            pacs,
            digest_files(page_files(ROOT), ROOT),
            *(f"{name} {digest_files([path], path.parent)}" for name, path in sorted(sources.items())),
        ]
    )
    old = read_version()
    if old.get("inputs") == inputs:
        return
    new = DIST.with_name(f"dist.{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    try:
        for name, path in sources.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, new / name)
        (new / FRAME).write_text(page, encoding="utf-8", newline="\n")
        if old.get("runtime") == runtime:
            shutil.copytree(DIST / "runtime", new / "runtime")
        else:
            compile_runtime(new / "runtime", DIST / "runtime" if old.get("freezer") == freezer else None)
        write_version(new, {"inputs": inputs, "runtime": runtime, "freezer": freezer})
        swap(new)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def source_files() -> dict[str, Path]:
    """Every file that is copied as it is: its place in the site, and where it comes from."""
    page = [path for path in files_below(ROOT / "js") if path.suffix != ".html"]
    worker = [path for path in files_below(ROOT / "worker") if path.suffix == ".js"]
    third_party = [
        VENDOR / "comlink.mjs",
        VENDOR / "idb-keyval.mjs",
        VENDOR / "zip-aes.js",
        VENDOR / "zxcvbn.js",
        *files_below(VENDOR / "detection"),
        *files_below(VENDOR / "licences"),
        *files_below(VENDOR / "pyscript"),
    ]
    paths = [*page, *worker, *third_party]
    tables = {f"tables/{name}": TABLES / name for name in SITE_TABLES}
    return {path.relative_to(ROOT).as_posix(): path for path in paths} | tables


def wheel_files(folder: Path | None) -> dict[str, Path]:
    """The wheels that go into wheels/ of the site."""
    if folder is None:
        return {}
    found = {f"wheels/{path.name}": path for path in folder.glob("*-none-any.whl")}
    if not found:
        raise BuildError(f"There is no pure-Python wheel (…-none-any.whl) in {folder}.")
    return found


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def core_files() -> list[Path]:
    return [path for path in files_below(ROOT / "py" / "dicom_deid") if path.suffix in (".py", ".json")]


def freezer_digest() -> str:
    """Digest of the compiler of the core: the pinned Pyodide and the freezer itself."""
    freezer = (ROOT / "py" / "sitebuild").glob("freeze.*")
    return digest(
        [
            *(asset.sha256 for asset in locked(["site"])),
            digest_files(freezer, ROOT),
        ]
    )


def compile_runtime(out: Path, previous: Path | None) -> None:
    """Makes dist/runtime. What an earlier run of the same freezer compiled of the same source is kept."""
    freeze = ["node", "py/sitebuild/freeze.mjs", "--vendor", str(VENDOR), "--py", str(ROOT / "py"), "--out", str(out)]
    if previous and previous.is_dir():
        freeze += ["--previous", str(previous)]
    run(freeze, "Compiling the Python packages for the browser")


def read_version() -> dict[str, str]:
    try:
        return dict(json.loads((DIST / "version.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_version(new: Path, made_of: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    build = digest_files(files_below(new), new)[:BUILD_DIGITS]
    version = {"version": project["version"], "build": build, **made_of}
    (new / "version.json").write_text(json.dumps(version, indent=2) + "\n", encoding="utf-8")
    say(f"dist/ is dicom-deid {version['version']}, build {build}")


def swap(new: Path) -> None:
    old = new.with_name(f"{new.name}.old")
    if DIST.exists():
        DIST.rename(old)
    new.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)
