"""Third-party files: fetched as assets.lock.json pins them, checked by SHA-256, laid out in vendor/."""

import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .environment import npm, python
from .paths import LOCK, VENDOR, sha256
from .shell import BuildError, run

PYODIDE_PLATFORM = ("--implementation", "cp", "--abi", "abi3", "--platform", "pyemscripten_2026_0_wasm32")
PYODIDE_PYTHON = "3.14"  # wheels are chosen for the Python inside Pyodide, not for the one that runs the build


@dataclass(frozen=True)
class Asset:
    """One entry of the lock file; its note says what the fields mean."""

    name: str
    version: str
    source: str
    file: str
    bytes: int
    sha256: str
    use: str
    put: dict[str, str]


def locked(uses: Sequence[str], lock: Path = LOCK) -> list[Asset]:
    entries = json.loads(lock.read_text(encoding="utf-8"))["assets"]
    fields = Asset.__dataclass_fields__
    return [Asset(**{name: entry[name] for name in fields}) for entry in entries if entry["use"] in uses]


def vendor(uses: Sequence[str] = ("site",), lock: Path = LOCK, folder: Path = VENDOR) -> None:
    """Fetches what the lock names, unless it is there and right, and lays it out in `folder`."""
    assets = locked(uses, lock)
    archives = folder / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    missing = [asset for asset in assets if not is_right(archives / asset.file, asset)]
    total = sum(asset.bytes for asset in missing) / 1e6
    for number, asset in enumerate(missing, 1):
        size = f"{asset.bytes / 1e6:.1f} of {total:.1f} MB"
        fetch(asset, archives, f"[{number}/{len(missing)}] Fetching {asset.name} {asset.version} ({size})")
    for asset in assets:
        stamp = folder / "placed" / f"{asset.file}.json"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != placed(asset, folder):
            for target in left_over(stamp, lock):
                (folder / target).unlink(missing_ok=True)
            place(archives / asset.file, asset.put, folder)
            stamp.parent.mkdir(exist_ok=True)
            stamp.write_text(placed(asset, folder), encoding="utf-8")


def left_over(stamp: Path, lock: Path) -> set[str]:
    """Where an older lock had files of an asset put, and this one has none: folders go into the site as they are."""
    put: dict[str, str] = json.loads(stamp.read_text(encoding="utf-8"))[1] if stamp.exists() else {}
    entries = json.loads(lock.read_text(encoding="utf-8"))["assets"]
    return set(put.values()) - {target for entry in entries for target in entry["put"].values()}


def is_right(path: Path, asset: Asset) -> bool:
    return path.exists() and sha256(path) == asset.sha256


def fetch(asset: Asset, archives: Path, doing: str) -> None:
    """Fetches into a folder of its own: a file enters `archives` whole and checked, or not at all."""
    partial = archives / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    pip = (python(), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    python_there = ("--only-binary=:all:", "--python-version", PYODIDE_PYTHON, "--ignore-requires-python")
    wheel = (*python_there, f"{asset.name}=={asset.version}")
    commands: dict[str, Sequence[str | Path]] = {
        "npm": (npm(), "pack", f"{asset.name}@{asset.version}", "--pack-destination", "."),
        "pip": (*pip, *wheel),
        "pip-wasm": (*pip, *PYODIDE_PLATFORM, *wheel),
    }
    run(commands[asset.source], doing, cwd=partial)
    fetched = partial / asset.file
    if not fetched.exists():
        names = ", ".join(path.name for path in partial.iterdir()) or "nothing"
        raise BuildError(f"{doing}: {asset.source} gave {names} instead of {asset.file}. Correct {LOCK.name}.")
    check(fetched, asset)
    fetched.replace(archives / asset.file)
    shutil.rmtree(partial)


def check(path: Path, asset: Asset) -> None:
    if is_right(path, asset):
        return
    raise BuildError(
        f"A fetched file is not the pinned one, and is not used.\n"
        f"  file      {path}\n"
        f"  expected  sha256 {asset.sha256}\n"
        f"  found     sha256 {sha256(path)}\n"
        f"Run the command again: it fetches the file anew. If it stops here again, the registry hands out another\n"
        f"file as {asset.name} {asset.version}: find out why before you change its hash in {LOCK.name}."
    )


def placed(asset: Asset, folder: Path) -> str:
    """A mark of an asset and of its places as they are: unpacking all of them takes many seconds."""
    targets = [folder / target for target in asset.put.values()]
    found = [(path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else () for path in targets]
    return json.dumps([asset.sha256, asset.put, found])


def place(archive: Path, put: dict[str, str], folder: Path) -> None:
    """Copies members of an archive to their places; a place that already has these bytes is left alone."""
    for member, data in members(archive, list(put)):
        target = folder / put[member]
        if target.exists() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def members(archive: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    if names == ["."]:
        yield ".", archive.read_bytes()
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            yield from ((name, wheel.read(name)) for name in names)
    else:
        with tarfile.open(archive) as package:
            files = {name: package.extractfile(name) for name in names}
            yield from ((name, file.read()) for name, file in files.items() if file)
