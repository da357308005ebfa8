"""The lists of docs/extending.md, walked through: an example of each kind is added to a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("py", "js", "worker", "tests", "docs", "README.md", "index.html", "pyproject.toml")
STEP = re.compile(r"^\d\. `([^`]+)`", re.MULTILINE)
TABLES = "py/dicom_deid/tables"
Edit = Callable[[str], str]
"""The change that a step makes to a file's text; the text of a new file is ""."""


def entry(name: str, **row: str) -> Edit:
    """A new entry of a table by names."""
    return lambda text: json.dumps({**json.loads(text), name: row}, ensure_ascii=False)


def instead(old: str, new: str) -> Edit:
    """A text in place of another, which occurs."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return edit


def behind(addition: str) -> Edit:
    """A text behind all that is there."""
    return lambda text: text + addition


def with_cell(text: str) -> str:
    """Table E.1-1 with a column of its own, in which one attribute is kept."""
    table = json.loads(text)
    table["rows"]["00101010"]["retain-example"] = "K"
    return json.dumps(table)


def with_option(text: str) -> str:
    row = {"name": "retain-example", "code": "113108", "title": "Retain Example Option", "sentence": "Keep an example."}
    return json.dumps([*json.loads(text), row])


WALKS: dict[str, dict[str, Edit]] = {
    "reason code": {
        f"{TABLES}/reasons.json": entry("EXAMPLE_MET", status="failed", sentence="An example.", remedy="None."),
        "py/dicom_deid/scan.py": behind('\n\ndef example() -> None:\n    raise Failed("EXAMPLE_MET")\n'),
    },
    "option": {
        f"{TABLES}/generate.py": instead("OPTION_COLUMNS = {", 'OPTION_COLUMNS = {"rtn_example": "retain-example",'),
        f"{TABLES}/profile.json": with_cell,
        f"{TABLES}/options.json": with_option,
        f"{TABLES}/policy.schema.json": instead('"clean-pixel-data"', '"clean-pixel-data", "retain-example"'),
    },
    "command": {
        "py/dicom_deid/cli/example.py": behind('"""An example."""\n\n\ndef show() -> None:\n    """Shows."""\n'),
        "py/dicom_deid/cli/app.py": behind('from dicom_deid.cli.example import show\n\napp.command("example")(show)\n'),
        "README.md": behind("\n    dicom-deid example\n"),
    },
    "panel": {
        "js/example/panel.js": behind('customElements.define("example-panel", class extends HTMLElement {});\n'),
        "js/example/panel.html": behind("<example-panel></example-panel>\n"),
        "js/example/panel.css": behind("example-panel {\n}\n"),
        "index.html": lambda text: instead(
            "</head>", '  <link rel="stylesheet" href="js/example/panel.css">\n</head>'
        )(text).replace("</main>", "<!-- panel: js/example/panel.html -->\n  </main>", 1),
        "js/app.js": behind('import "./example/panel.js";\n'),
        "tests/build/test_floors.py": instead('"session.js", "app.js"', '"example", "session.js", "app.js"'),
    },
    "table": {
        f"{TABLES}/generate.py": behind('\n\ndef example() -> None:\n    write("example.json", {})\n'),
        f"{TABLES}/example.json": behind('{"table": "PS3.15 Example", "edition": "2026d", "sha256": "00", "rows": {}}'),
        "py/dicom_deid/profile.py": behind('\n\ndef example() -> object:\n    return table("example.json")["rows"]\n'),
        "py/dicom_deid/conformance.py": instead('STANDARD_TABLES = (', 'STANDARD_TABLES = ("example.json", '),
    },
}  # fmt: skip
"""Kind -> file -> its step, in the order of the list."""
FILES = {name for walk in WALKS.values() for name in walk}
SHOWN = {
    "reason code": "from dicom_deid.errors import reasons; assert 'EXAMPLE_MET' in reasons()",
    "option": "from dicom_deid.tables.generate import OPTION_COLUMNS as c, WITHOUT_COLUMN as w;"
    "from dicom_deid.profile import table, decide;"
    "assert sorted((*c.values(), *w)) == sorted(row['name'] for row in table('options.json'));"
    "assert decide(0x00101010, 'AS', (), '', frozenset(['retain-example'])).code == 'K';"
    'from dicom_deid.policy import Policy; Policy.read(\'{"options": ["retain-example"]}\')',
    "command": "from dicom_deid.cli.app import app; assert 'example' in [one.name for one in app.registered_commands]",
    "panel": "import test_floors, pathlib; from sitebuild.page import assemble_page;"
    "assert '<example-panel>' in assemble_page(pathlib.Path.cwd());"
    "assert ('js/app.js', 'js/example/panel.js') in test_floors.imports('js')",
    "table": "from test_extending import check_tables; check_tables()",
}
"""Kind -> what shows that the example is there."""
TESTS = {
    "reason code": ["tests/build/test_reason_codes.py"],
    "option": ["tests/unit/test_policy_file.py::test_the_schema_has_the_fields_actions_and_options_of_the_code"],
    "command": [
        f"tests/native/test_cli.py::{name}"
        for name in (
            "test_a_command_has_a_module_of_its_name",
            "test_a_command_says_what_it_and_each_of_its_options_is_for",
            "test_the_readme_shows_a_command",
        )
    ],
    "panel": ["tests/build/test_floors.py"],
    "table": [],
}
"""Kind -> the tests that speak of all of its kind."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the lists name, and what their tests need."""
    folder = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, folder / name)
    return folder


def take(tree: Path, steps: dict[str, Edit]) -> None:
    """Brings the files of all lists to what they were, and takes some steps."""
    for name in FILES:
        if (ROOT / name).exists():
            shutil.copyfile(ROOT / name, tree / name)
        else:
            (tree / name).unlink(missing_ok=True)
    for name, edit in steps.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(edit(target.read_text(encoding="utf-8") if target.exists() else ""), encoding="utf-8")


def is_well(tree: Path, kind: str) -> str:
    """Nothing where the example is there and the tests of its kind pass; else what they say."""
    paths = os.pathsep.join(str(tree / part) for part in ("py", "tests/build"))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    commands = [(sys.executable, "-c", SHOWN[kind])]
    if TESTS[kind]:
        commands.append((sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS[kind]))
    for command in commands:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stdout + done.stderr
    return ""


def check_tables() -> None:
    """Each table that is made of the standard is written by the generator, read by a module, and stated."""
    from dicom_deid import conformance

    package = Path(conformance.__file__).parent
    generator = (package / "tables" / "generate.py").read_text(encoding="utf-8")
    modules = [path.read_text(encoding="utf-8") for path in package.rglob("*.py") if path.parent.name != "tables"]
    assert "example.json" in {path.name for path in (package / "tables").glob("*.json")}
    for path in (package / "tables").glob("*.json"):
        known = json.loads(path.read_text(encoding="utf-8"))
        if "sha256" not in known:
            continue
        assert f'write("{path.name}"' in generator, path.name
        readers = [text for text in modules if f'"{path.name}"' in text and "STANDARD_TABLES" not in text]
        assert readers, path.name
        assert path.name in (*conformance.STANDARD_TABLES, "tcia-private.json"), path.name


@pytest.mark.parametrize("kind", WALKS)
def test_the_list_names_the_files_of_the_walk_in_order(kind: str) -> None:
    sections = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8").split("\n## A new ")[1:]
    listed = {section.split("\n")[0]: STEP.findall(section) for section in sections}
    assert listed.keys() == WALKS.keys()
    assert listed[kind] == list(WALKS[kind])


@pytest.mark.parametrize("kind", WALKS)
def test_all_steps_together_add_it(tree: Path, kind: str) -> None:
    take(tree, WALKS[kind])
    assert is_well(tree, kind) == ""


@pytest.mark.parametrize(("kind", "left_out"), [(kind, name) for kind, walk in WALKS.items() for name in walk])
def test_no_step_can_be_left_out(tree: Path, kind: str, left_out: str) -> None:
    take(tree, {name: edit for name, edit in WALKS[kind].items() if name != left_out})
    assert is_well(tree, kind) != ""
