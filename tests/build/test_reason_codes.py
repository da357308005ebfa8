"""One table of reason codes for Python, workers and page: every code that is named is there, and each is used."""

import json
import re
from pathlib import Path

from dicom_deid.errors import reasons

ROOT = Path(__file__).resolve().parents[2]
PY, WORKER, JS = ROOT / "py" / "dicom_deid", ROOT / "worker", ROOT / "js"
QUOTED = re.compile(r"""["']([A-Z][A-Z0-9_]+)["']""")
GIVEN = re.compile(
    r"""(?:Error|Problem|Failed|Skipped|Withheld|NoRun|BadLinkage|refuse)\("([A-Z][A-Z0-9_]+)"
    |\b(?:error|reason|code)\b\W{1,5}"([A-Z][A-Z0-9_]+)\"""",
    re.VERBOSE,
)
OTHERS = {
    "HELICAL_CT", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT",
    "LINEAR_EXACT",  # defined terms of DICOM
    "XDG_DATA_HOME", "DICOM_DEID_SIGN_IN", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "SNAPSHOT_DAMAGED", "O_BINARY",
    "DICOM_DEID_USER", "DICOM_DEID_PASSWORD", "DICOM_DEID_DESTINATIONS", "XDG_CONFIG_HOME",
}  # fmt: skip
"""Words with an underscore that are no reason codes."""


def texts() -> dict[str, str]:
    files = [*PY.rglob("*.py"), PY / "tables" / "kinds.json", *WORKER.rglob("*.js"), *JS.rglob("*.js")]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}


def test_no_table_has_a_name_twice() -> None:
    """Of two entries of one name JSON keeps the last, whatever the first one says."""
    for path in (PY / "tables").glob("*.json"):
        json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs, table=path.name: once(pairs, table)
        )


def once(pairs: list[tuple[str, object]], table: str) -> dict[str, object]:
    found = dict(pairs)
    assert len(found) == len(pairs), table
    return found


def test_every_code_that_a_module_names_is_in_the_table() -> None:
    for name, text in texts().items():
        named = {word for word in QUOTED.findall(text) if "_" in word}
        given = {word for pair in GIVEN.findall(text) for word in pair if word}
        assert (named | given) - OTHERS <= set(reasons()), name


def test_every_code_of_the_table_is_named_by_a_module() -> None:
    named = {word for text in texts().values() for word in QUOTED.findall(text)}
    assert set(reasons()) <= named


def test_the_sentences_of_the_page_stand_in_the_table_alone() -> None:
    """But for the one that says that the table itself is not there."""
    page = "\n".join(text for name, text in texts().items() if name.startswith("js/"))
    assert [code for code, row in reasons().items() if row["sentence"] in page] == ["PAGE_INCOMPLETE"]
    fallback = reasons()["PAGE_INCOMPLETE"]
    assert all(json.dumps(fallback[part]) in page for part in ("sentence", "remedy"))


def test_only_the_page_meets_the_codes_of_the_page() -> None:
    """Python counts none of them as the outcome of an instance or the end of a run."""
    python = "\n".join(text for name, text in texts().items() if name.startswith("py/"))
    page = {code for code, row in reasons().items() if row["status"] == "page"}
    assert {row["status"] for row in reasons().values()} == {"written", "skipped", "failed", "withheld", "run", "page"}
    assert page
    assert not page & set(QUOTED.findall(python))


def test_a_remedy_at_the_command_line_names_an_option_and_no_place_of_the_page() -> None:
    for code, row in reasons().items():
        told = row.get("command", row["remedy"])
        assert row["status"] == "page" or "What to keep" not in told, code
        assert "Try the policy on this file" not in told, code
