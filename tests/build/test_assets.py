"""The lock file: what it pins is what is used, and anything else stops the build."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
from sitebuild import assets
from sitebuild.paths import LOCK, ROOT
from sitebuild.shell import BuildError, run


def asset(**fields: object) -> assets.Asset:
    usual = {"name": "demo", "version": "1.0", "source": "npm", "file": "demo-1.0.tgz", "bytes": 4, "use": "site"}
    return assets.Asset(**{**usual, "sha256": hashlib.sha256(b"good").hexdigest(), "put": {}, **fields})


def test_a_wrong_hash_stops_with_the_file_both_hashes_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0.tgz"
    path.write_bytes(b"evil")
    with pytest.raises(BuildError) as stopped:
        assets.check(path, asset())
    said = str(stopped.value)
    assert str(path) in said
    assert hashlib.sha256(b"good").hexdigest() in said
    assert hashlib.sha256(b"evil").hexdigest() in said
    assert "Run the command again" in said
    assert "assets.lock.json" in said


def test_the_pinned_file_passes(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0.tgz"
    path.write_bytes(b"good")
    assets.check(path, asset())


def test_every_vendored_file_is_what_the_lock_pins(site: Path) -> None:
    for entry in assets.locked(["site"]):
        archive = ROOT / "vendor" / "archives" / entry.file
        assert archive.stat().st_size == entry.bytes
        assert assets.is_right(archive, entry)
        for member, data in assets.members(archive, list(entry.put)):
            assert (ROOT / "vendor" / entry.put[member]).read_bytes() == data


def test_a_damaged_copy_is_put_right_from_the_checked_archive(tmp_path: Path) -> None:
    source = tmp_path / "module.mjs"
    source.write_text("export {};\n")
    archive = tmp_path / "demo-1.0.tgz"
    with tarfile.open(archive, "w:gz") as package:
        package.add(source, "package/module.mjs")
    placed = tmp_path / "vendor" / "demo.mjs"
    assets.place(archive, {"package/module.mjs": "demo.mjs"}, tmp_path / "vendor")
    assert placed.read_text() == "export {};\n"
    placed.write_text("something else")
    assets.place(archive, {"package/module.mjs": "demo.mjs"}, tmp_path / "vendor")
    assert placed.read_text() == "export {};\n"


def test_what_an_older_lock_had_put_elsewhere_goes(tmp_path: Path) -> None:
    folder, lock = tmp_path / "vendor", tmp_path / "assets.lock.json"
    (folder / "archives").mkdir(parents=True)
    archive = folder / "archives" / "demo-1.0.tgz"
    with tarfile.open(archive, "w:gz") as package:
        for name in ("one", "two", "three"):
            (tmp_path / name).write_text(name)
            package.add(tmp_path / name, name)
    entry = {
        "name": "demo", "version": "1.0", "source": "npm", "file": archive.name, "bytes": archive.stat().st_size,
        "sha256": assets.sha256(archive), "use": "site", "why": "",
    }  # fmt: skip
    for put in ({"one": "a/one", "two": "a/two", "three": "a/three"}, {"one": "a/first", "two": "a/two"}):
        lock.write_text(json.dumps({"assets": [{**entry, "put": put}]}))
        assets.vendor(("site",), lock, folder)
    assert {path.name: path.read_text() for path in (folder / "a").iterdir()} == {"first": "one", "two": "two"}


def test_every_asset_says_why_it_is_there_and_where_it_goes() -> None:
    for entry in json.loads(LOCK.read_text())["assets"]:
        assert entry["why"]
        assert entry["put"]
        assert entry["use"] in ("site", "test")


def test_the_pins_agree_wherever_a_package_is_pinned_twice() -> None:
    entries = assets.locked(["site", "test"])
    locked = {entry.name: entry.version for entry in entries}
    browser = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert {name: locked[name] for name in browser} == browser
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["dev"]
    pinned = dict(line.split("==") for line in lines if "==" in line)
    both = {entry.name for entry in entries if entry.source != "npm"} & pinned.keys()  # npm's zxcvbn is another one
    assert both >= {"pydicom", "pytest", "hypothesis"}
    assert {name: locked[name] for name in both} == {name: pinned[name] for name in both}


def test_a_missing_program_is_said_in_plain_words() -> None:
    with pytest.raises(BuildError, match="no-such-program was not found"):
        run(("no-such-program",), "Trying")


def test_without_node_the_build_says_what_to_install(site: Path, tmp_path: Path) -> None:
    bare = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        (sys.executable, ROOT / "build.py", "site"), env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Node.js was not found. Install Node.js 20" in done.stderr
    assert "Traceback" not in done.stderr
