"""Fetching with the real npm, from a registry of one package on this computer."""

import base64
import contextlib
import hashlib
import http.server
import json
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sitebuild.assets import vendor
from sitebuild.shell import BuildError

MODULE = b"export const answer = 42;\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@dataclass
class Registry:
    """One package, `demo` 1.0.0, and a lock file that pins it."""

    tarball: Path
    lock: Path
    server: http.server.ThreadingHTTPServer

    def pin(self, sha256: str) -> None:
        asset = {
            "name": "demo",
            "version": "1.0.0",
            "source": "npm",
            "file": "demo-1.0.0.tgz",
            "bytes": self.tarball.stat().st_size,
            "sha256": sha256,
            "use": "site",
            "put": {"package/demo.mjs": "demo.mjs"},
        }
        self.lock.write_text(json.dumps({"assets": [asset]}))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    folder = tmp_path / "registry"
    (folder / "demo").mkdir(parents=True)
    (tmp_path / "demo.mjs").write_bytes(MODULE)
    (tmp_path / "package.json").write_text('{"name": "demo", "version": "1.0.0"}')
    tarball = folder / "demo-1.0.0.tgz"
    with tarfile.open(tarball, "w:gz") as package:
        for name in ("package.json", "demo.mjs"):
            package.add(tmp_path / name, f"package/{name}")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    address = f"http://127.0.0.1:{server.server_port}"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    dist = {"tarball": f"{address}/{tarball.name}", "integrity": integrity}
    version = {"name": "demo", "version": "1.0.0", "dist": dist}
    listing = {"name": "demo", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
    (folder / "demo" / "index.html").write_text(json.dumps(listing))  # what the server gives for /demo/
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    monkeypatch.setenv("npm_config_registry", address)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    running = Registry(tarball, tmp_path / "lock.json", server)
    running.pin(hashlib.sha256(tarball.read_bytes()).hexdigest())
    yield running
    with contextlib.suppress(OSError):
        running.stop()


def test_fetches_checks_and_places(registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vendor(lock=registry.lock, folder=tmp_path / "vendor")
    assert (tmp_path / "vendor" / "demo.mjs").read_bytes() == MODULE
    assert "[1/1] Fetching demo 1.0.0" in capsys.readouterr().out


def test_what_is_there_is_not_fetched_again(registry: Registry, tmp_path: Path) -> None:
    vendor(lock=registry.lock, folder=tmp_path / "vendor")
    registry.stop()
    (tmp_path / "vendor" / "demo.mjs").unlink()
    vendor(lock=registry.lock, folder=tmp_path / "vendor")
    assert (tmp_path / "vendor" / "demo.mjs").read_bytes() == MODULE


def test_goes_on_after_an_interruption(registry: Registry, tmp_path: Path) -> None:
    """Remains of a build that was killed: half a file where it was being fetched, or a damaged archive."""
    archives = tmp_path / "vendor" / "archives"
    (archives / "partial").mkdir(parents=True)
    (archives / "partial" / "demo-1.0.0.tgz").write_bytes(registry.tarball.read_bytes()[:100])
    (archives / "demo-1.0.0.tgz").write_bytes(b"damaged")
    vendor(lock=registry.lock, folder=tmp_path / "vendor")
    assert (tmp_path / "vendor" / "demo.mjs").read_bytes() == MODULE
    assert [path.name for path in archives.iterdir()] == ["demo-1.0.0.tgz"]


def test_another_file_under_the_pinned_name_is_refused(registry: Registry, tmp_path: Path) -> None:
    found = hashlib.sha256(registry.tarball.read_bytes()).hexdigest()
    registry.pin("0" * 64)
    with pytest.raises(
        BuildError, match=rf"demo-1\.0\.0\.tgz\n  expected  sha256 {'0' * 64}\n  found     sha256 {found}"
    ):
        vendor(lock=registry.lock, folder=tmp_path / "vendor")
    assert not (tmp_path / "vendor" / "demo.mjs").exists()
    assert not (tmp_path / "vendor" / "archives" / "demo-1.0.0.tgz").exists()


def test_without_the_registry_it_stops_in_plain_words(registry: Registry, tmp_path: Path) -> None:
    registry.stop()
    with pytest.raises(BuildError, match=r"registry could not be reached[\s\S]*run the command again"):
        vendor(lock=registry.lock, folder=tmp_path / "vendor")
