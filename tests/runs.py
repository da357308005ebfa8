"""Run folders as tests look at them, wherever they were made; and the command line that makes one."""

import csv
import hmac
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from commands import command, derived

ROOT = Path(__file__).resolve().parents[1]
WORDS, SALT = "seven grey herons by the weir", "HERO-NSBY-THEW-EIRS-EVEN-GREY"
PASSPHRASE = f"{WORDS} salt:{SALT}"
RUN_NAMES = ["audit.csv", "conformance.md", "key-check.json", "out", "output.log", "plan.json"]
COLUMNS = (
    "source_id,status,reason,output_path,patient_id,study_instance_uid,series_instance_uid,sop_instance_uid,"
    "sop_class_uid,modality,transfer_syntax_uid,bytes_in,bytes_out,removed,emptied,replaced,cleaned,uids_remapped,"
    "dates_shifted,pixels,milliseconds"
)

Row = dict[str, str]


@dataclass(frozen=True)
class RunFolder:
    """plan.json, audit.csv, output.log and out/."""

    root: Path

    @property
    def audit(self) -> str:
        return (self.root / "audit.csv").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return (self.root / "output.log").read_text(encoding="utf-8")

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.audit)

    @property
    def outputs(self) -> dict[str, bytes]:
        """The de-identified files: path relative to the run folder -> bytes."""
        files = sorted(path for path in (self.root / "out").rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}

    def check(self) -> None:
        """Rows and files belong together: an output for each written row, of the size that it says, and no other."""
        written = {row["output_path"]: int(row["bytes_out"]) for row in self.rows if row["status"] == "written"}
        assert {path: len(content) for path, content in self.outputs.items()} == written


def rows_of(audit: str) -> list[Row]:
    """The rows of an audit.csv, which must have its columns, whole lines, and each source once."""
    assert audit.endswith("\n")
    reader = csv.DictReader(audit.splitlines())
    rows = list(reader)
    assert ",".join(reader.fieldnames or ()) == COLUMNS
    for row in rows:
        assert None not in row
        assert None not in row.values()
    ids = [row["source_id"] for row in rows]
    assert len(ids) == len(set(ids))
    return rows


def timeless(rows: list[Row]) -> list[Row]:
    """The parts in which two runs over the same files must be equal: not the order of rows, nor the times."""
    return sorted(({**row, "milliseconds": ""} for row in rows), key=lambda row: row["source_id"])


def unpacked(archive: Path, folder: Path) -> RunFolder:
    """A downloaded results ZIP, checked entry by entry and unpacked."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    return RunFolder(folder)


def native_run(
    source: Path, target: Path, *options: str, passphrase: str = PASSPHRASE, status: int | None = 1
) -> RunFolder:
    """`dicom-deid run`, which must end with that exit status (1: something was withheld or failed; None: either)."""
    secret = target.with_name(f"{target.name}.passphrase")
    secret.write_text(f"{passphrase}\n", encoding="utf-8")
    done = command("run", source, target, "--passphrase-file", secret, *options)
    assert done.returncode in ((0, 1) if status is None else (status,)), done.stdout + done.stderr
    return RunFolder(target)


def source_ids(folder: Path, passphrase: str = PASSPHRASE) -> dict[str, Path]:
    """The name of each file of a folder in the audit, computed without the code under test."""
    text, _, own = passphrase.partition(" salt:")
    salt = f"dicom-deid/project-key/v2/{own}" if own else "dicom-deid/project-key/v1"
    key = derived("sha256", unicodedata.normalize("NFC", text).encode(), salt.encode(), 600_000)
    files = [path for path in folder.rglob("*") if path.is_file()]
    texts = {path: f"dicom-deid:source\0{path.relative_to(folder).as_posix()}" for path in files}
    return {hmac.digest(key, text.encode(), "sha256").hex()[:20]: path for path, text in texts.items()}
