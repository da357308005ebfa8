"""The floors of the package: each unit, a folder or a module of dicom_deid, imports from floors below its own only."""

import ast
import sys
from functools import cache
from pathlib import Path

import dicom_deid

CORE = Path(dicom_deid.__file__).parent
FLOORS = """
    version errors silence nesting wording normal_form
    splice
    model
    source_and_sink
    dicom
    readable
    key
    tables profile regions
    patient policy
    faces
    facts
    scan admission plan deidentify verify report linkage index preview
    frames
    pixels
    pipeline entries forecast
    explain warm_up
    conformance
    importers
    executors
    browser native
    stores
    pacs
    share
    serve
    cli api
    __init__
    __main__
"""
"""From the lowest to the highest. Units of one floor do not know each other: no stage imports another."""
GENERATOR = ("tables/generate.py", "tables/forecast_rules.py", "tables/word_lists.py")
"""They make the tables when an edition of the standard comes: no part of the program, they may use any of it."""
FLOOR = {name: number for number, floor in enumerate(FLOORS.split("\n")) for name in floor.split()}
STAGES = {"scan", "admission", "plan", "deidentify", "verify", "report", "linkage", "index", "preview"}
BROWSER_ONLY = {"js", "pyodide", "pyodide_js"}


def unit(path: Path) -> str:
    """The part of the package that a file belongs to: deidentify/markers.py is of `deidentify`."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in CORE.rglob("*.py")}


def imported(path: Path, tree: ast.Module) -> set[str]:
    """Absolute names of what a module imports, at any depth of its code."""
    package = ["dicom_deid", *path.relative_to(CORE).parts[:-1]]
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names |= {stem} | {f"{stem}.{alias.name}" for alias in node.names}
    return names


def units_imported(path: Path, tree: ast.Module) -> set[str]:
    parts = {unit(found) for found in CORE.rglob("*.py")}
    named = {name.split(".")[1] for name in imported(path, tree) if name.startswith("dicom_deid.")}
    return (named & parts) - {unit(path)}


def test_every_unit_has_its_floor() -> None:
    assert {unit(path) for path in modules()} == FLOOR.keys()


def test_a_unit_imports_from_lower_floors_only() -> None:
    wrong = [
        f"{path.relative_to(CORE)} imports {other}"
        for path, tree in modules().items()
        for other in sorted(units_imported(path, tree))
        if FLOOR[other] >= FLOOR[unit(path)] and path.relative_to(CORE).as_posix() not in GENERATOR
    ]
    assert wrong == []


def test_only_the_bridge_knows_the_browser() -> None:
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        assert path.name == "bridge.py" or not roots & BROWSER_ONLY, path.name


def test_only_the_linkage_file_knows_the_cipher() -> None:
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        assert path.name == "linkage_file.py" or "cryptography" not in roots, path.name


def test_only_preview_and_pixels_know_pixels() -> None:
    """The rest works without numpy, imagecodecs, pillow and onnxruntime, which are extras."""
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)} & {"numpy", "imagecodecs", "PIL", "onnxruntime"}
        assert unit(path) in ("preview", "pixels") or path.name == "viewer.py" or not roots, path.name
        assert path.name == "networks.py" or "onnxruntime" not in roots, path.name


def test_only_the_ways_to_a_cluster_know_dask() -> None:
    """It is an extra, and takes most of a second to load. The run knows it for its types alone."""
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        known = path.name.startswith("cluster") or path.name == "run.py"
        assert known or not roots & {"dask", "distributed"}, path.name


def test_only_the_command_line_prints() -> None:
    for path, tree in modules().items():
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "print" not in called or unit(path) in ("cli", "tables"), path.name


def test_stages_do_no_input_or_output() -> None:
    """They get bytes and give bytes; tables are read as package data by the modules that own them."""
    forbidden = {"os", "shutil", "socket", "subprocess", "tempfile", "threading", "urllib", "http", "logging"}
    for path, tree in modules().items():
        if unit(path) in STAGES:
            roots = {name.split(".")[0] for name in imported(path, tree)} & set(sys.stdlib_module_names)
            assert not roots & forbidden, f"{path.name}: {roots & forbidden}"
