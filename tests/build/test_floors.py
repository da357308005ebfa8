"""The floors of worker/ and js/: a room imports only from rooms below it, and only worker/shared crosses threads."""

import posixpath
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {
    "worker": (
        "shared", "dicom", "storage", "report", "pacs", "zip", "pick", "linkage", "write", "scan", "run", "preview",
        "python", "index", "detection", "writer.worker.js", "detector.worker.js", "files-thread.js", "python-thread.js",
        "files.worker.js", "python.worker.js",
    ),
    "js": (
        "state.js", "intents.js", "page", "background", "threads", "index", "pick", "pixels", "forecast", "scan",
        "policy", "help", "explain", "workshop", "viewer", "thumbnails", "run", "results", "resume", "search",
        "rejection", "pacs", "library", "session.js", "app.js",
    ),
}  # fmt: skip
"""Rooms, and files that stand in none, from the lowest floor to the highest."""
BUILT = ("vendor/", "runtime", "wheels", "tables/", "version.json")
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


def room(path: str) -> str:
    """The room of a file below worker/ or js/: worker/run/feed.js is in `run`, js/app.js stands for itself."""
    return path.split("/")[1]


def imports(wing: str) -> list[tuple[str, str]]:
    """(importer, imported) of a wing, as paths from the root; types that comments import count, too."""
    found = []
    for path in sorted((ROOT / wing).rglob("*.js")):
        name = path.relative_to(ROOT).as_posix()
        for spec in IMPORTED.findall(path.read_text(encoding="utf-8")):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), spec))
            if not target.startswith(BUILT):
                found.append((name, target))
    return found


@pytest.mark.parametrize("wing", FLOORS)
def test_each_room_has_a_floor(wing: str) -> None:
    rooms = {room(path.relative_to(ROOT).as_posix()) for path in (ROOT / wing).rglob("*.js")}
    assert rooms == set(FLOORS[wing])


@pytest.mark.parametrize("wing", FLOORS)
def test_a_room_imports_only_from_below(wing: str) -> None:
    floor = {name: number for number, name in enumerate(FLOORS[wing])}
    arrows = [(one, other) for one, other in imports(wing) if other.startswith(f"{wing}/") and room(one) != room(other)]
    assert len(arrows) > len(floor)
    assert [(one, other) for one, other in arrows if floor[room(one)] <= floor[room(other)]] == []


def test_only_shared_crosses_threads() -> None:
    crossing = [(one, other) for one, other in imports("js") if not other.startswith("js/")]
    assert crossing
    assert [(one, other) for one, other in crossing if not other.startswith("worker/shared/")] == []
    assert [(one, other) for one, other in imports("worker") if not other.startswith("worker/")] == []


@pytest.mark.parametrize("wing", FLOORS)
def test_what_is_imported_is_there(wing: str) -> None:
    assert [(one, other) for one, other in imports(wing) if not (ROOT / other).is_file()] == []
