"""Links: made, admitted, ended. Of a token only its SHA-256 is kept; one that has ended is as one that never was."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dicom_deid.share.archive import Part, etag_of, size_of
from dicom_deid.share.passcode import Passcodes, typed
from dicom_deid.share.store import Store

HOURS, MOST_HOURS = 24, 7 * 24
WRONG_CODES = 5
"""So many wrong passcodes lock a link."""
GRACE = 600
"""Seconds in which the end of a one-time download can be fetched once more: it may have been lost on its way."""
TOKEN_BYTES = 32
DOWNLOAD, LOOK = "download", "look"
MOST_FETCHES = 100
AT_ONCE = 200
"""Files of a link that are read at a time."""
MOST_TICKETS = 1000
"""Of a link; who asks for more takes the oldest away."""
LINGER = 3600
"""Seconds for which outputs stay behind the end of their link: a download may still be on its way."""
OPEN = "revoked = 0 AND wrong < ? AND expires > ?"
"""The condition for a link that can be fetched; whether a one-time link was used depends on who asks."""


class File(NamedTuple):
    """A file of a link, and how many frames it has."""

    part: Part
    frames: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody shares, and how. ``series``: key and modality of each, for the list of links."""

    files: list[File]
    series: list[dict[str, str]]
    holds: str
    hours: int = HOURS
    passcode: str = ""
    one_time: bool = False
    note: str = ""
    staged: str = ""
    """The name of the folder of outputs that were made for this link alone."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is there. ``created`` and ``expires``: seconds since 1970."""

    number: int
    created: int
    expires: int
    holds: str
    note: str
    series: list[dict[str, str]]
    files: int
    bytes: int
    etag: str
    has_passcode: bool
    one_time: bool
    wrong: int
    state: str
    """open, expired, revoked, locked or used."""


class Fetch(NamedTuple):
    """Something that was done with a link."""

    moment: int
    outcome: str
    bytes: int


class Links:
    """The links of a store. ``clock``: seconds since 1970."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock, self.passcodes, self._turn = store, clock, Passcodes(), threading.Lock()
        self._cut_off = set[int]()

    def create(self, wish: Wish) -> tuple[str, Link]:
        """Makes a link and returns its token, which is kept nowhere."""
        token, parts = secrets.token_urlsafe(TOKEN_BYTES), [file.part for file in wish.files]
        passcode = self.passcodes.kept(typed(wish.passcode)) if wish.passcode else None
        now = int(self._clock())
        with self._store.change() as database:
            made = database.execute(
                "INSERT INTO links (token, passcode, created, expires, one_time, holds, note, series, bytes, etag, "
                "staged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest(token), passcode, now, now + wish.hours * 3600, wish.one_time, wish.holds, wish.note,
                    json.dumps(wish.series), size_of(parts), etag_of(parts), wish.staged,
                ),
            )  # fmt: skip
            number = int(made.lastrowid or 0)
            database.executemany(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, at, str(part.root), *part[1:], frames) for at, (part, frames) in enumerate(wish.files, 1)],
            )
        return token, self.get(number)

    def get(self, number: int) -> Link:
        """The link of a number. Raises KeyError."""
        found = self._store.rows(f"{LINK} WHERE links.number = ?", number)
        if not found:
            raise KeyError
        return self._link(found[0])

    def find(self, token: str) -> Link | None:
        """The link of a token, if it is open."""
        found = self._store.rows(f"{LINK} WHERE token = ?", digest(token))
        link = self._link(found[0]) if found else None
        return link if link and link.state == "open" else None

    def admit(self, link: Link, passcode: str) -> bool:
        """Whether a passcode opens a link. One is looked at after the other, so that none goes uncounted."""
        if not link.has_passcode:
            return True
        with self._turn:
            limits = link.number, WRONG_CODES, self._clock()
            kept = self._store.rows(f"SELECT passcode FROM links WHERE number = ? AND {OPEN}", *limits)
            if kept and self.passcodes.fits(typed(passcode), kept[0][0]):
                return True
            with self._store.change() as database:
                database.execute(f"UPDATE links SET wrong = wrong + 1 WHERE number = ? AND {OPEN}", limits)
            return False

    def ticket(self, link: Link, purpose: str) -> str | None:
        """A ticket by which a link can be fetched, and gone on with; None where it has ended meanwhile.

        A one-time link gives one ticket for a download in all.
        """
        ticket, limits = secrets.token_urlsafe(TOKEN_BYTES), (WRONG_CODES, self._clock())
        with self._store.change() as database:
            taken = database.execute(
                f"UPDATE links SET used = used OR (one_time AND ?) WHERE number = ? AND used = 0 AND {OPEN}",
                (purpose == DOWNLOAD, link.number, *limits),
            )
            if not taken.rowcount:
                return None
            database.execute(
                "INSERT INTO tickets (ticket, link, purpose) VALUES (?, ?, ?)", (digest(ticket), link.number, purpose)
            )
            database.execute(
                "DELETE FROM tickets WHERE link = ? AND number <= (SELECT number FROM tickets WHERE link = ? "
                "ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (link.number, link.number, MOST_TICKETS),
            )
        return ticket

    def by_ticket(self, token: str, ticket: str, purpose: str) -> Link | None:
        """The link that a ticket was given for, unless it was revoked, has expired or is used up."""
        found = self._store.rows(
            f"{LINK} JOIN tickets ON tickets.link = links.number WHERE token = ? AND ticket = ? AND purpose = ? "
            "AND (done = 0 OR done > ?) AND revoked = 0 AND expires > ?",
            digest(token), digest(ticket), purpose, self._clock() - GRACE, self._clock(),
        )  # fmt: skip
        return self._link(found[0]) if found else None

    def delivered(self, link: Link, ticket: str) -> None:
        """All of a download was handed to the system: with a one-time link, that was it, after a moment of grace."""
        if link.one_time:
            with self._store.change() as database:
                done = "UPDATE tickets SET done = ? WHERE ticket = ? AND done = 0"
                database.execute(done, (int(self._clock()), digest(ticket)))

    def is_cut_off(self, number: int) -> bool:
        """Whether a link was revoked or forgotten since the start: then running downloads of it end."""
        return number in self._cut_off

    def files(self, number: int) -> Iterator[File]:
        """The files of a link, some at a time."""
        last = 0
        while True:
            found = self._store.rows(
                "SELECT number, root, path, name, size, modified, frames FROM files WHERE link = ? AND number > ? "
                "ORDER BY number LIMIT ?",
                number, last, AT_ONCE,
            )  # fmt: skip
            if not found:
                return
            last = found[-1][0]
            yield from (File(Part(Path(row[1]), *row[2:6]), row[6]) for row in found)

    def parts(self, number: int) -> Iterator[Part]:
        """The same as parts of a ZIP."""
        return (file.part for file in self.files(number))

    def frames(self, number: int) -> int:
        """How many frames the files of a link have."""
        return int(self._store.rows("SELECT total(frames) FROM files WHERE link = ?", number)[0][0])

    def note(self, number: int, outcome: str, size: int = 0) -> None:
        """Keeps what was done with a link, if it is still there, and of that the last hundred."""
        with self._store.change() as database:
            database.execute(
                "INSERT INTO fetches SELECT number, ?, ?, ? FROM links WHERE number = ?",
                (int(self._clock()), outcome, size, number),
            )
            database.execute(
                "DELETE FROM fetches WHERE link = ? AND rowid <= (SELECT rowid FROM fetches WHERE link = ? "
                "ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                (number, number, MOST_FETCHES),
            )

    def fetches(self, number: int) -> list[Fetch]:
        """The last things that were done with a link, the latest first."""
        found = self._store.rows(
            "SELECT moment, outcome, bytes FROM fetches WHERE link = ? ORDER BY rowid DESC", number
        )
        return [Fetch(*row) for row in found]

    def all(self) -> list[Link]:
        """All links of the list, the latest first."""
        return [self._link(row) for row in self._store.rows(f"{LINK} ORDER BY links.number DESC")]

    def revoke(self, number: int) -> Link:
        """Ends a link for good. Raises KeyError."""
        self._cut_off.add(number)
        with self._store.change() as database:
            database.execute("UPDATE links SET revoked = 1 WHERE number = ?", (number,))
        return self.get(number)

    def forget(self, number: int) -> None:
        """Takes a link and all that is known of it out. Raises KeyError."""
        self.get(number)
        self._cut_off.add(number)
        with self._store.change() as database:
            for table, column in (("files", "link"), ("tickets", "link"), ("fetches", "link"), ("links", "number")):
                database.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))

    def staged(self) -> set[str]:
        """The folders of outputs that are still needed: those of links that may be fetched, or gone on with."""
        found = self._store.rows(
            "SELECT DISTINCT staged FROM links WHERE staged != '' AND revoked = 0 AND expires > ? AND NOT EXISTS "
            "(SELECT 1 FROM tickets WHERE link = links.number AND done > 0 AND done <= ?)",
            self._clock() - LINGER,
            self._clock() - LINGER,
        )
        return {str(name) for (name,) in found}

    def _link(self, row: sqlite3.Row) -> Link:
        kept: dict[str, Any] = dict(row)
        state = "open"
        for name, holds in (
            ("revoked", kept.pop("revoked")),
            ("locked", kept["wrong"] >= WRONG_CODES),
            ("expired", kept["expires"] <= self._clock()),
            ("used", kept.pop("used")),
        ):
            if holds and state == "open":
                state = name
        flags = {name: bool(kept.pop(name)) for name in ("has_passcode", "one_time")}
        return Link(**{**kept, **flags, "series": json.loads(kept["series"])}, state=state)


LINK = (
    "SELECT links.number, created, expires, holds, note, series, bytes, etag, passcode IS NOT NULL AS has_passcode, "
    "one_time, wrong, used, revoked, (SELECT count(*) FROM files WHERE link = links.number) AS files FROM links"
)


def digest(token: str) -> bytes:
    """What is kept of a token or a ticket: it has 256 random bits, so that nobody finds one of that digest."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
