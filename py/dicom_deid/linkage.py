"""Store linkage: what links old to new. Owns its rows, the records of the linkage file, and the tables made of them.

The file is a header and records, each sealed by AES-256-GCM. What is authenticated with a record is the header and the
record's number, so none can be dropped, moved or taken over from another file unnoticed; the last one says that no more
follow, so a cut is noticed as well. Every record can be read without the others: what is left of a damaged file counts.
Records are sealed elsewhere (native/linkage_file.py natively, WebCrypto in the browser), since Pyodide has no cipher.

    header   16 bytes MAGIC, 1 version, 7 zeros, 16 random bytes that name the file, 8 check value of the project key
    record   4 bytes length of what is sealed, 8 number from 0 on, 12 nonce, then ciphertext and tag; big endian
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple

from dicom_deid.errors import BadLinkage
from dicom_deid.key import Key
from dicom_deid.model import Link

MAGIC = b"dicom-deid link\n"
VERSION = 1
HEADER = Struct(">16sB7x16s8s")
RECORD = Struct(">LQ12s")
FILE_ID_BYTES, NONCE_BYTES = 16, 12
TABLES = {
    "linkage.csv": (
        "source_id", "source_path", "patient_id_old", "patient_id_new", "study_instance_uid_old",
        "study_instance_uid_new", "series_instance_uid_old", "series_instance_uid_new", "sop_instance_uid_old",
        "sop_instance_uid_new", "weeks_back", "output_path",
    ),
    "uid_mapping.csv": ("id_old", "id_new"),
    "patid_mapping.csv": ("id_old", "id_new"),
}  # fmt: skip
"""The tables and their columns; MIDI-B reads the last two."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
PLAIN_ID = re.compile(r"[+@-][\w. -]*")
"""Text that begins like a formula and can call nothing: a spreadsheet may show it wrongly, but it does no harm."""


class Row(NamedTuple):
    """One written file."""

    source_id: str
    source_path: str
    output_path: str
    link: Link


def make_header(key: Key, file_id: bytes) -> bytes:
    """The header of a new file."""
    return HEADER.pack(MAGIC, VERSION, file_id, bytes.fromhex(key.check()))


def check_header(header: bytes, key: Key) -> None:
    """Raises BadLinkage unless the header is one of this version, made with this key."""
    if len(header) != HEADER.size or not header.startswith(MAGIC):
        raise BadLinkage("LINKAGE_UNKNOWN")
    _, version, _, check = HEADER.unpack(header)
    if version != VERSION:
        raise BadLinkage("LINKAGE_VERSION")
    if check != bytes.fromhex(key.check()):
        raise BadLinkage("LINKAGE_KEY")


def sealing_key(key: Key, header: bytes) -> bytes:
    """The AES key of a file. Each has its own, so that nonces made at random never meet."""
    return key.digest("linkage", HEADER.unpack(header)[2].hex())


def associated(header: bytes, number: int) -> bytes:
    """The bytes that are authenticated with a record, beside its content."""
    return header + number.to_bytes(8, "big")


def encode(rows: Iterable[Row]) -> bytes:
    """The content of a record of rows, to be sealed. A path that is no text keeps its bytes, as surrogates."""
    listed = [
        {"source": row.source_id, "path": row.source_path, "output": row.output_path, **row.link._asdict()}
        for row in rows
    ]
    return json.dumps({"rows": listed}, separators=(",", ":")).encode("ascii")


CLOSING = b'{"closing":true}'
"""The content of the last record."""


def decode(content: bytes) -> list[Row]:
    """The rows of a record."""
    rows = []
    for fields in json.loads(content)["rows"]:
        patient, study, series, instance = (
            (old, new) for old, new in (fields[name] for name in ("patient", "study", "series", "instance"))
        )
        uids = tuple((old, new) for old, new in fields["uids"])
        link = Link(patient, study, series, instance, fields["weeks"], uids)
        rows.append(Row(fields["source"], fields["path"], fields["output"], link))
    return rows


@dataclass(slots=True)
class Reading:
    """Goes through the records of a file in their order, and notices what is wrong with it."""

    next: int = 0
    """Number of the record that is due."""
    closed: bool = False
    torn: bool = False
    """Whether the file ends within a record."""
    damaged: int = 0
    missing: int = 0
    misplaced: int = 0

    def take(self, number: int, content: bytes | None) -> list[Row]:
        """The rows of the next record; ``content`` is None when it could not be unsealed."""
        if content is None:
            self.damaged += 1
            self.next += 1
            return []
        if number < self.next:
            self.misplaced += 1  # nonetheless it is authentic; Tables lists nothing twice
        else:
            self.missing += number - self.next
            self.misplaced += self.closed
            self.next = number + 1
        self.closed = content == CLOSING
        return [] if self.closed else decode(content)

    def sound(self) -> bool:
        """Whether all that is there is as it was written; the end may be missing."""
        return not (self.damaged or self.missing or self.misplaced)

    def warnings(self) -> list[str]:
        """Warnings for the reader of the tables."""
        counted = [
            (self.damaged, "damaged: what they linked is not in the tables."),
            (self.missing, "missing between the others."),
            (self.misplaced, "not in their place: somebody moved or copied them."),
        ]
        lines = [f"{count} record(s) of the linkage file are {what}" for count, what in counted if count]
        if self.torn or not self.closed:
            lines.append("The linkage file has no end: the run was cut off or goes on, or the file was cut.")
        return lines


@dataclass(slots=True)
class Tables:
    """Makes the lines of the three tables; every file, UID and patient is listed once."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))
    _seen: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in TABLES})

    def heads(self) -> dict[str, str]:
        """Table -> its first line."""
        return {name: ",".join(columns) + "\n" for name, columns in TABLES.items()}

    def add(self, row: Row) -> dict[str, str]:
        """Table -> the lines that a row adds to it."""
        link = row.link
        weeks = str(link.weeks) if link.weeks else ""
        ids = (*link.patient, *link.study, *link.series, *link.instance)
        whole = (row.source_id, row.source_path, *ids, weeks, row.output_path)
        return {
            # A file that was taken again after a cut has two rows, which say the same.
            "linkage.csv": self.lines("linkage.csv", [(f"{row.source_id} {row.output_path}", whole)]),
            "uid_mapping.csv": self.pairs("uid_mapping.csv", (link.study, link.series, link.instance, *link.uids)),
            "patid_mapping.csv": self.pairs("patid_mapping.csv", (link.patient,), by_new=True),
        }

    def pairs(self, table: str, pairs: Iterable[tuple[str, str]], *, by_new: bool = False) -> str:
        """The lines of ids that were replaced; an id that was kept, or was not there, is none.

        ``by_new``: the same id may have become several, as that of two issuers.
        """
        replaced = [(old, new) for old, new in pairs if old and new and old != new]
        return self.lines(table, [(f"{old}\0{new}" if by_new else old, (old, new)) for old, new in replaced])

    def check(self, reading: Reading) -> None:
        """Raises BadLinkage if nothing can be made of a file that was changed."""
        if not reading.sound() and not self.counts["linkage.csv"]:
            raise BadLinkage("LINKAGE_DAMAGED")

    def lines(self, table: str, found: list[tuple[str, tuple[str, ...]]]) -> str:
        """The lines that are new, by what makes them the same."""
        text = []
        for same, cells in found:
            if same not in self._seen[table]:
                self._seen[table].add(same)
                self.counts[table] += 1
                text.append(",".join(map(cell_text, cells)) + "\n")
        return "".join(text)


def table_bytes(text: str) -> bytes:
    """Lines of a table as they are written; of a path that is no text, the bytes are told as escapes."""
    return text.encode("utf-8", "backslashreplace")


def cell_text(text: str) -> str:
    """A cell as it is written.

    These tables are read by programs that compare ids, so an id stays as it is even if it begins with a sign ("-4711",
    "+49 30"). Only what could be a formula that calls something gets an apostrophe in front. Separators of other
    spreadsheets are quoted too: behind one, a formula could begin in the middle of a path.
    """
    if text.startswith(FORMULAS) and not PLAIN_ID.fullmatch(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if any(letter in text for letter in ',;\t"\r\n') else text
