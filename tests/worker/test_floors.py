"""The floors of worker/: a room imports only from rooms below it, types as well; js/ imports only its room shared/."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / "worker"
# From the lowest to the highest; on top of them are the entries of the threads, in worker/ itself.
FLOORS = (
    "shared", "dicom", "storage", "report", "zip", "pick", "linkage", "write",
    "scan", "run", "preview", "python", "index", "",
)  # fmt: skip
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


def imports(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each module, and one that it imports, also in a type or when it runs; both as paths below the project."""
    for module in sorted(folder.rglob("*.js")):
        for name in IMPORTED.findall(module.read_text(encoding="utf-8")):
            yield module.relative_to(ROOT), Path(os.path.normpath(module.parent / name)).relative_to(ROOT)


def room(module: Path) -> str:
    """The folder of worker/ that a module is in; "" for the entries."""
    return module.parts[1] if len(module.parts) > 2 else ""


def test_a_room_of_the_workers_imports_only_from_rooms_below_it() -> None:
    within = [(one, other) for one, other in imports(WORKER) if other.parts[0] == "worker"]
    assert {room(one) for one, _ in within} == set(FLOORS), "a room without a floor, or a floor without a room"
    rising = [(one, other) for one, other in within if FLOORS.index(room(other)) > FLOORS.index(room(one))]
    assert not rising


def test_the_rooms_of_the_workers_import_nothing_of_the_page() -> None:
    assert {other.parts[0] for _, other in imports(WORKER)} == {"worker", "vendor"}


def test_the_page_imports_only_what_threads_share() -> None:
    crossing = [(one, other) for one, other in imports(ROOT / "js") if other.parts[0] == "worker"]
    assert crossing
    assert not [(one, other) for one, other in crossing if room(other) != "shared"]
