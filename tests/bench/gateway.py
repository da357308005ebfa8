"""Kills a gateway under load, or measures how fast it takes instances beside storescp.

    .venv/bin/python tests/bench/gateway.py kill [--kills 20] [--instances 10000] [--senders 4] [--seed 1]
    .venv/bin/python tests/bench/gateway.py rate [--instances 200] [--side 512] [--rounds 3]

``kill``: peers send each instance until it is acknowledged, and never again. In the end each has one audit row and one
output, and no original is left; exits with 1 where that is not so.

``rate``: storescu, with TCP_NODELAY, sends the same instances to storescp, as it comes and with TCP_NODELAY, and to the
gateway by turns, whose engine waits (a long --rest); then to all on a file system in memory, which tells what the disk
takes: storescp acknowledges what is not on the disk yet.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / name) for name in ("tests", "tests/unit", "tests/pacs", "py")]

from gateways import folder_of, instance, running, store  # noqa: E402 - the paths above come first
from killing import kill_under_load  # noqa: E402
from orthanc import free_port  # noqa: E402

IN_MEMORY = Path("/dev/shm")
INSTANCES_OF_STUDY = 50


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def sources(folder: Path, count: int, side: int) -> list[Path]:
    values = {"Rows": side, "Columns": side, "PixelData": bytes(2 * side * side)}
    return sorted(
        folder_of(
            folder, *(instance(number, number // INSTANCES_OF_STUDY, **values) for number in range(count))
        ).iterdir()
    )


@contextmanager
def storescp(folder: Path, **words: str) -> Iterator[int]:
    port = free_port()
    folder.mkdir(parents=True)
    told = {**os.environ, **words}
    server = subprocess.Popen(["storescp", "-od", str(folder), str(port)], stderr=subprocess.DEVNULL, env=told)
    time.sleep(0.5)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


def timed(port: int, folder: Path) -> float:
    began = time.perf_counter()
    sent = store(port, folder)
    assert sent.returncode == 0, sent.stderr[-500:]
    return time.perf_counter() - began


def rate(options: argparse.Namespace, scratch: Path) -> None:
    count = len(sources(scratch / "sources", options.instances, options.side))
    for name, place in (("disk", scratch), ("memory", IN_MEMORY / scratch.name)):
        for number in range(options.rounds):
            with storescp(place / f"scp{number}") as port:
                theirs = timed(port, scratch / "sources")
            with storescp(place / f"quick{number}", TCP_NODELAY="1") as port:
                quick = timed(port, scratch / "sources")
            (place / f"own{number}").mkdir()
            with running(place / f"own{number}", "--rest", "3600") as gateway:
                ours = timed(gateway.port, scratch / "sources")
                peak = gateway.peak() // 1_000_000
            rates = f"storescp {count / theirs:.0f}/s, with TCP_NODELAY {count / quick:.0f}/s"
            say(f"{name}: {rates}, receive {count / ours:.0f}/s and at most {peak} MB")
        if place != scratch:
            shutil.rmtree(place)


def kill(options: argparse.Namespace, scratch: Path) -> None:
    paths = sources(scratch / "sources", options.instances, 16)
    began = time.perf_counter()
    statuses = kill_under_load(scratch, paths, options.kills, options.senders, options.seed, say)
    seconds = time.perf_counter() - began
    done = f"{len(paths)} instances, {options.kills} kills, {seconds:.0f} s"
    say(f"{done}: none lost, none doubled, each de-identified once; answers: {dict(statuses)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("kill", "rate"))
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--instances", type=int)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    options.instances = options.instances or (10_000 if options.what == "kill" else 200)
    with tempfile.TemporaryDirectory() as name:
        (kill if options.what == "kill" else rate)(options, Path(name))


if __name__ == "__main__":
    main()
