"""The server of `build.py serve`: headers, types, this computer only, plain words when the port is taken."""

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

import pytest
from conftest import REPORTS, Server
from sitebuild.paths import ROOT
from sitebuild.server import HEADERS, ISOLATION, content_security_policy

LINE = re.compile(r'^\s*(?:add_header |Header always set )?([A-Z][\w-]+):? "?(.+?)"?(?: always)?;?$', re.MULTILINE)


def headers_of(url: str) -> Message:
    with urllib.request.urlopen(url) as response:
        response.read()
        return response.headers


@pytest.mark.parametrize("path", ["", "index.html", "worker/shared/protocol/files.js", "runtime/manifest.json"])
def test_every_response_has_the_policy_and_isolation(own_server: Server, path: str) -> None:
    headers = headers_of(own_server.url + path)
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_the_policy_is_the_page_s_own_and_allows_only_its_own_origin(own_server: Server, site: Path) -> None:
    policy = headers_of(own_server.url)["Content-Security-Policy"].removesuffix(f"; report-uri {REPORTS}")
    assert f'content="{policy}"' in re.sub(r"\s+", " ", (site / "index.html").read_text())
    assert "unsafe-eval'" not in policy.replace("wasm-unsafe-eval", "")
    assert "unsafe-inline" not in policy
    assert not re.search(r"https?:|\*", policy)


def test_the_lines_for_other_hosts_send_what_this_one_sends() -> None:
    hosts = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8").partition("\n## nginx\n")[2]
    blocks = re.findall(r"```\w*\n(.*?)```", hosts, re.DOTALL)
    headers = HEADERS | ISOLATION | {"Content-Security-Policy": content_security_policy(ROOT / "index.html")}
    assert len(blocks) == 4
    for block in blocks:
        sent = dict(LINE.findall(block))
        assert {name: sent.get(name) for name in headers} == headers


def test_errors_have_the_headers_too(own_server: Server) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(own_server.url + "no-such-file")
    assert missing.value.code == 404
    assert missing.value.headers["Content-Security-Policy"]


def test_without_isolation_the_policy_stays(plain_server: Server) -> None:
    headers = headers_of(plain_server.url)
    assert "Cross-Origin-Opener-Policy" not in headers
    assert "Cross-Origin-Embedder-Policy" not in headers
    assert headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("", "text/html; charset=utf-8"),
        ("worker/shared/protocol/files.js", "text/javascript; charset=utf-8"),
        ("vendor/comlink.mjs", "text/javascript; charset=utf-8"),
        ("runtime/pyodide.asm.wasm", "application/wasm"),
        ("version.json", "application/json"),
    ],
)
def test_media_types(own_server: Server, path: str, media_type: str) -> None:
    assert headers_of(own_server.url + path)["Content-Type"] == media_type


@pytest.mark.parametrize("path", ["js/", "..%2f..%2fpyproject.toml", "%2e%2e/pyproject.toml", "//etc/passwd"])
def test_no_listing_and_nothing_outside_the_site(own_server: Server, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(own_server.url + path)
    assert refused.value.code == 404


def test_serve_prints_its_address_and_ends_on_interrupt(site: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = (sys.executable, ROOT / "build.py", "serve", "--port", str(port))
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}/" in line
        assert headers_of(f"http://127.0.0.1:{port}/")["Content-Type"].startswith("text/html")
        process.send_signal(2)
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 0
        assert errors == ""
    finally:
        process.kill()
        process.wait()


def test_a_port_in_use_is_said_in_plain_words(site: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        command = (sys.executable, ROOT / "build.py", "serve", "--port", str(port))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"Port {port} is in use. Take another: python3 build.py serve --port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr
