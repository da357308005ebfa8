"""The import direction of the architecture: model, errors <- stages <- pipeline <- bridge, cli, executors."""

import ast
import sys
from pathlib import Path

import dicom_deid

CORE = Path(dicom_deid.__file__).parent
STAGES = {"scan", "plan", "deidentify", "verify", "report", "linkage", "index", "preview"}
SURFACES = {"browser", "cli", "executors", "__main__", "native"}
BROWSER_ONLY = {"js", "pyodide", "pyodide_js"}


def unit(path: Path) -> str:
    """The part of the package that a file belongs to: deidentify/markers.py is of `deidentify`."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


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


def test_stages_never_import_each_other() -> None:
    for path, tree in modules().items():
        if unit(path) in STAGES:
            assert not units_imported(path, tree) & STAGES, path.name


def test_nothing_imports_upwards() -> None:
    for path, tree in modules().items():
        above = SURFACES if unit(path) not in SURFACES else set()
        if unit(path) not in SURFACES | {"pipeline", "explain"}:
            above = above | {"pipeline", "explain"}
        assert not units_imported(path, tree) & above, path.name


def test_model_and_errors_stand_on_nothing_of_the_package() -> None:
    for path, tree in modules().items():
        if unit(path) == "errors":
            assert not units_imported(path, tree), path.name
        if unit(path) == "model":
            assert units_imported(path, tree) <= {"errors"}, path.name


def test_only_the_bridge_knows_the_browser() -> None:
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        assert path.name == "bridge.py" or not roots & BROWSER_ONLY, path.name


def test_only_the_linkage_file_knows_the_cipher() -> None:
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        assert path.name == "linkage_file.py" or "cryptography" not in roots, path.name


def test_only_the_preview_knows_pixels() -> None:
    """The rest works without numpy, imagecodecs and pillow, which are an extra."""
    for path, tree in modules().items():
        roots = {name.split(".")[0] for name in imported(path, tree)}
        assert unit(path) == "preview" or path.name == "viewer.py" or not roots & {"numpy", "imagecodecs", "PIL"}, (
            path.name
        )


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
