"""The npm scripts call what `build.py lint` and `build.py test` call."""

import json

import checks


def test_npm_scripts_are_the_checks_of_javascript() -> None:
    scripts = json.loads((checks.ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]
    linting = [
        " ".join([command[0].name, *command[1:]]) for command in checks.LINT if command[0].parent == checks.NODE_BIN
    ]
    assert [*scripts["lint"].split(" && "), *scripts["types"].split(" && ")] == linting
    assert scripts["test"].startswith(".venv/bin/python -m pytest -p no:cacheprovider tests/")
