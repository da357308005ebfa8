"""Compiles the standard library and the packages to .pyc, in zips that Python imports from. Runs inside Pyodide.

`freeze.mjs` calls `freeze`: only the Python that will import the files can write them, and the machine that builds
the site has another version. The same input gives the same bytes: fixed dates, sorted names, pycs bound to the
hash of their source.
"""

import ast
import importlib.util
import re
import zipfile
from collections.abc import Iterator
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]
from pathlib import Path

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a ZIP can hold
DEFLATE_LEVEL = 9

# Modules that no header worker needs: interactive tools, servers, mail and web protocols.
STDLIB_LEFT_OUT = {
    "_pyrepl", "antigravity", "doctest", "ftplib", "imaplib", "mailbox", "pdb", "poplib", "profile", "pydoc", "smtplib",
    "tabnanny", "turtle", "unittest", "webbrowser", "wsgiref", "xmlrpc", "__phello__",
}  # fmt: skip
# pydicom's own test files, its structured report codes (3 MB), its command line.
PYDICOM_LEFT_OUT = ("pydicom/data/test_files/", "pydicom/sr/", "pydicom/cli/")

# Of the wheels that decode and paint: their tests, headers and stubs, and what no picture of DICOM needs.
PREVIEW_LEFT_OUT = re.compile(
    r"/tests/|\.(h|pyi|pyx|pxd|a|c)$|^numpy/(f2py|distutils|random|fft|ma|polynomial|testing)/|^numpy/linalg/lapack_lite"
    r"|^PIL/_(avif|imagingft|imagingcms|imagingmorph|imagingtk|webp)|^imagecodecs/_(?!htj2k|imcd|jpeg2k|jpeg8|jpegls|ljpeg|shared).*\.so$"
    r"|^imagecodecs/(licenses|zarr|numcodecs)"
)
# Of the wheels that check numbers: their typing files, and data of other numbers than those of persons.
NUMBERS_LEFT_OUT = re.compile(r"\.(pyi|typed)$|^stdnum/(?!cn/).*\.dat$")
# Of the standard library, what python-stdnum imports of the above.
NUMBERS_STDLIB = {"pydoc.py", "_pyrepl/__init__.py", "_pyrepl/pager.py"}
# pydicom imports it, and it looks for the test files at once: it stays as an empty module.
PYDICOM_EXAMPLES = "pydicom/examples/__init__.py"


def freeze(vendor: str, py: str, out: str, previous: str) -> None:
    """Writes python_stdlib.zip, packages.zip, preview.zip and numbers.zip into `out` from the mounted directories.

    What `previous`, an `out` that this freezer wrote, has compiled of the same source is taken from there.
    """
    library = _zip_members(Path(vendor, "pyodide", "python_stdlib.zip"))
    stdlib = [(n, b) for n, b in library if _top(n) not in STDLIB_LEFT_OUT]
    _write(Path(out, "python_stdlib.zip"), stdlib, Path(previous))
    members = _wheel_members(Path(vendor, "wheels"), "pydicom-*.whl")
    packages = [(n, b"" if n == PYDICOM_EXAMPLES else b) for n, b in members if _is_kept(n)]
    _write(Path(out, "packages.zip"), packages + list(_tree_members(Path(py), "dicom_deid")), Path(previous))
    members = _wheel_members(Path(vendor, "wheels", "preview"), "*.whl")
    preview = [(n, b) for n, b in members if _is_kept(n) and not PREVIEW_LEFT_OUT.search(n)]
    _write(Path(out, "preview.zip"), preview, Path(previous))
    members = _wheel_members(Path(vendor, "wheels", "numbers"), "*.whl")
    numbers = [(n, b) for n, b in members if _is_kept(n) and not NUMBERS_LEFT_OUT.search(n)]
    _write(Path(out, "numbers.zip"), numbers + [(n, b) for n, b in library if n in NUMBERS_STDLIB], Path(previous))


def _wheel_members(folder: Path, pattern: str) -> list[tuple[str, bytes]]:
    return [member for wheel in sorted(folder.glob(pattern)) for member in _zip_members(wheel)]


def _is_kept(name: str) -> bool:
    """A package's modules and data; of its metadata what it asks for its own version, and its licences."""
    return (
        name.endswith("/METADATA")
        or "/licenses/" in name
        or (".dist-info/" not in name and not name.startswith(PYDICOM_LEFT_OUT))
    )


def _top(name: str) -> str:
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


def _zip_members(archive: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as source:
        return [(i.filename, source.read(i)) for i in source.infolist() if not i.is_dir()]


def _tree_members(root: Path, package: str) -> Iterator[tuple[str, bytes]]:
    for path in (root / package).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _write(target: Path, members: list[tuple[str, bytes]], previous: Path) -> None:
    before = dict(_zip_members(previous / target.name)) if (previous / target.name).exists() else {}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(members):
            source = name.endswith(".py")
            entry = zipfile.ZipInfo(f"{name}c" if source else name, ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept = before.get(entry.filename, b"")
            frozen = content if not source else kept if _is_of(kept, content) else _compiled(name, content)
            archive.writestr(entry, frozen, compresslevel=DEFLATE_LEVEL)


def _is_of(pyc: bytes, source: bytes) -> bool:
    """Whether a pyc was compiled from this source: magic number, flags, hash of the source, code (PEP 552)."""
    return pyc[:4] == importlib.util.MAGIC_NUMBER and pyc[8:16] == importlib.util.source_hash(source)


def _compiled(name: str, source: bytes) -> bytes:
    """A pyc whose source is never looked for. Assertions stay: only docstrings go, and not those of classes.

    (A dataclass without a docstring makes itself one at import, from its signature, which costs more.)
    """
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node) is not None:
            # An empty text, not `pass`: only a docstring may stand before an import from __future__.
            empty = ast.copy_location(ast.Constant(""), node.body[0])
            node.body[0] = ast.copy_location(ast.Expr(empty), node.body[0])
    code = compile(tree, name, "exec", dont_inherit=True, optimize=0)
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), checked=False))
