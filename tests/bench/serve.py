"""Memory and speed of `dicom-deid serve` while many people download one series at once.

    .venv/bin/python tests/bench/serve.py [--people 100] [--megabytes 60] [--streams 4] [--scratch FOLDER]

The server is a process of its own, with a run of one series; each person asks for the link's ZIP, comes again after
503, and reads all of it; every fifth goes away in the middle and comes again. Prints the highest memory of the server
(VmHWM), its memory before, the rate, and beside it that of one download alone; and whether all ZIPs were whole.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "unit"), str(ROOT / "tests")]

from made import UID, ct, to_bytes  # noqa: E402 - the path comes first

COMMAND = (sys.executable, "-m", "dicom_deid")
SLICE = 512 * 1024
PIECE = 1 << 16
WANTED = 150
"""Megabytes that are asked for."""


def main() -> None:
    options = parsed()
    place = Path(tempfile.mkdtemp(dir=options.scratch))
    try:
        measure(place, options)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--streams", type=int, default=4)
    parser.add_argument("--scratch", type=Path)
    return parser.parse_args()


def measure(place: Path, options: argparse.Namespace) -> None:
    run = made_run(place, options.megabytes)
    site = place / "site"
    site.mkdir()
    (site / "index.html").write_text('<meta charset="utf-8">', encoding="utf-8")
    (site / "version.json").write_text("{}", encoding="utf-8")
    line = (*COMMAND, "serve", run, "--port", "0", "--site", site, "--home", place / "share")
    with subprocess.Popen((*line, "--streams", str(options.streams)), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port, secret = re.findall(r":(\d+)/#server=(\S+)", server.stdout.readline())[0]
        link = shared(int(port), secret)
        before = memory(server.pid, "VmRSS")
        whole, alone = fetched(int(port), link["token"], 0)
        began = time.perf_counter()
        fetch = partial(fetched, int(port), link["token"])
        with ProcessPoolExecutor(2) as halves:  # what they do is not to be in the server's way
            parts = [range(start, options.people, 2) for start in (0, 1)]
            answers = [one for part in halves.map(partial(together, fetch), parts) for one in part]
        seconds = time.perf_counter() - began
        highest = memory(server.pid, "VmHWM")
        server.terminate()
    size = link["bytes"] / 1e6
    row("ZIP, MB", f"{size:.0f}")
    row("all whole", str({digest for digest, _ in answers} == {whole}))
    row("MB/s, one alone", f"{size / alone:.0f}")
    row(f"MB/s, {options.people} over {options.streams} streams", f"{size * options.people / seconds:.0f}")
    row("memory of the server before, MB", f"{before:.0f}")
    row(f"the highest, MB (asked for: below {WANTED})", f"{highest:.0f}")


def made_run(place: Path, megabytes: int) -> Path:
    """A run of one series of slices of half a megabyte."""
    source, target = place / "source", place / "run"
    source.mkdir()
    for number in range(max(1, megabytes * 1_000_000 // SLICE)):
        image = ct(SOPInstanceUID=f"{UID}.{number}", Rows=512, Columns=512, PixelData=bytes(SLICE))
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        (source / f"{number}.dcm").write_bytes(to_bytes(image))
    subprocess.run((*COMMAND, "run", source, target), check=True, capture_output=True)
    return target


def shared(port: int, secret: str) -> dict[str, Any]:
    """A link to the one series of a server, when that is indexed."""
    ask = partial(asked, port)
    cookie = ask("POST", "/api/session", {"secret": secret})[0].headers["Set-Cookie"].split(";")[0]
    while ask("GET", "/api/index/status", cookie=cookie)[1]["running"]:
        time.sleep(0.1)
    (found,) = ask("GET", "/api/search", cookie=cookie)[1]["rows"]
    made: dict[str, Any] = ask("POST", "/api/share/create", {"series": [found["key"]]}, cookie)[1]
    return made


def asked(
    port: int, method: str, path: str, body: object = None, cookie: str = ""
) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, {"Cookie": cookie, "Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    return answer, json.loads(content) if content.startswith(b"{") else None


def together(fetch: Any, numbers: range) -> list[tuple[str, float]]:
    with ThreadPoolExecutor(len(numbers)) as people:
        return list(people.map(fetch, numbers))


def fetched(port: int, token: str, number: int) -> tuple[str, float]:
    """Digest of the ZIP as one person gets it, and the seconds of the download itself."""
    address = asked(port, "POST", f"/share/{token}")[0].headers["Location"]
    goes = number % 5 == 4
    while True:
        began, connection = time.perf_counter(), http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", address)
        answer = connection.getresponse()
        if answer.status == 503:
            connection.close()
            time.sleep(0.2)
            continue
        digest = hashlib.sha256()
        while piece := answer.read(PIECE):
            digest.update(piece)
            if goes:
                break
        connection.close()
        if not goes:
            return digest.hexdigest(), time.perf_counter() - began
        goes = False


def memory(process: int, what: str) -> float:
    """Megabytes of a process (Linux)."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def row(what: str, value: str) -> None:
    sys.stdout.write(f"{what:48}{value:>8}\n")


if __name__ == "__main__":
    main()
