"""What somebody with a link sees: a page that says what it is, a form, the pictures, and the ZIP. No scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as Redirect

from dicom_deid.errors import Failed
from dicom_deid.serve.ranges import UNSATISFIABLE, answer, wanted
from dicom_deid.serve.state import Served
from dicom_deid.share.links import DOWNLOAD, LOOK, WRONG_CODES, Link
from dicom_deid.share.streams import Download

STYLE = Path(__file__).with_name("assets") / "share.css"
MOST_PICTURES, SIDE = 60, 320
"""Pictures of a link that can be looked at, spread evenly over all frames; pixels of their longest side."""
WAIT_SECONDS = 15
"""When to come again where all streams are taken."""
MODALITY = re.compile(r"[A-Z]{2,8}")
"""A Modality (PS3.3 C.7.3.1.1.1) that is sound; in a wrong one anything may stand."""
SEE_OTHER = 303
ZIP = "application/zip"
Answer = Response | Redirect | tuple[str, int] | tuple[str, int, dict[str, str]] | str


class Landing:
    """The routes of links, for whoever has one."""

    def __init__(self, served: Served) -> None:
        self._served, self._links, self._record = served, served.links, served.record

    def routes(self) -> Blueprint:
        """The routes, each with its method."""
        made = Blueprint("landing", __name__, url_prefix="/share")
        made.get("/share.css")(style)
        made.get("/<token>")(self.page)
        made.post("/<token>")(self.ask)
        made.get("/<token>/<ticket>.zip")(self.archive)
        made.get("/<token>/<ticket>/look")(self.look)
        made.get("/<token>/<ticket>/look/<int:number>.png")(self.picture)
        return made

    def page(self, token: str) -> Answer:
        """What it is, how large, until when, and a form."""
        link = self._links.find(token)
        return self.shown(link) if link else ended()

    def ask(self, token: str) -> Answer:
        """The form was sent: a ticket, by which the ZIP or the pictures can be had.

        A download is asked for by POST, since programs that look through mail follow links; it then is a GET of its
        own, since only that can be gone on with (RFC 9110, 14.2).
        """
        link = self._links.find(token)
        if link is None:
            self._record.note(None, "refused")
            return ended()
        if not self._links.admit(link, request.form.get("passcode", "")):
            self._record.note(link.number, "wrong")
            again = self._links.find(token)
            return (self.shown(again, wrong=True), 403) if again else ended()
        purpose = LOOK if request.form.get("do") == LOOK and self.may_look(link) else DOWNLOAD
        ticket = self._links.ticket(link, purpose)
        if ticket is None:
            return ended()
        return redirect(f"/share/{token}/{ticket}{'/look' if purpose == LOOK else '.zip'}", SEE_OTHER)

    def archive(self, token: str, ticket: str) -> Answer:
        """The ZIP, or a range of it."""
        link = self._links.by_ticket(token, ticket, DOWNLOAD)
        if link is None:
            self._record.note(None, "refused")
            return ended()
        if request.method == "HEAD" or wanted(request, link.bytes, link.etag) == UNSATISFIABLE:
            return named(answer(request, link.bytes, link.etag, lambda *_: iter(()), ZIP), link)
        if not self._served.streams.take():
            self._record.note(link.number, "busy")
            return render_template("busy.html", seconds=WAIT_SECONDS), 503, {"Retry-After": str(WAIT_SECONDS)}
        has_gone = request.environ["waitress.client_disconnected"]
        download = Download(self._served.streams, self._links, self._record, link, ticket, has_gone)
        try:
            parts = self._links.parts(link.number)
            made = answer(request, link.bytes, link.etag, lambda *of: download.pieces(parts, *of), ZIP)
            made.call_on_close(download.close)
        except BaseException:
            download.close()
            raise
        return named(made, link)

    def look(self, token: str, ticket: str) -> Answer:
        """Some of the pictures."""
        link = self._links.by_ticket(token, ticket, LOOK)
        if link is None:
            return ended()
        self._record.note(link.number, "looked")
        total, here = self._links.frames(link.number), f"/share/{token}"
        pictures = [f"{here}/{ticket}/look/{number}.png" for number in spread(total)]
        return render_template("look.html", link=self.facts(link), pictures=pictures, total=total, back=here)

    def picture(self, token: str, ticket: str, number: int) -> Answer:
        """One of the pictures."""
        link = self._links.by_ticket(token, ticket, LOOK)
        if link is None or number not in spread(self._links.frames(link.number)):
            abort(404)
        files = self._links.files(link.number)
        part, frames = next(files)
        while number > frames:
            number -= frames
            part, frames = next(files)
        try:
            stamp = part.size, part.modified
            png = self._served.pictures.png(part.root, part.path, number, SIDE, stamp)
            return Response(png, content_type="image/png")
        except Failed:
            abort(404)

    def may_look(self, link: Link) -> bool:
        return self._served.pictures.are_there() and self._links.frames(link.number) > 0

    def facts(self, link: Link) -> dict[str, Any]:
        """What a page says of a link: nothing by which a patient is known."""
        kinds = sorted({one["modality"] for one in link.series if MODALITY.fullmatch(one["modality"])})
        return {
            "files": link.files,
            "bytes": link.bytes,
            "kinds": ", ".join(kinds),
            "series": len(link.series),
            "holds": link.holds,
            "expires": f"{datetime.fromtimestamp(link.expires, UTC):%d %B %Y, %H:%M} UTC",
            "passcode": link.has_passcode,
            "one_time": link.one_time,
            "pictures": self.may_look(link),
        }

    def shown(self, link: Link, *, wrong: bool = False) -> str:
        return render_template("landing.html", link=self.facts(link), wrong=wrong, left=WRONG_CODES - link.wrong)


def style() -> Response:
    """The style of these pages."""
    return send_file(STYLE, mimetype="text/css")


def ended() -> tuple[str, int]:
    """The one answer for links that are unknown, expired, revoked, used or locked."""
    return render_template("ended.html"), 404


def named(response: Response, link: Link) -> Response:
    """Gives the answer with a ZIP its file name, which tells nothing."""
    response.headers["Content-Disposition"] = f'attachment; filename="dicom-{link.number}.zip"'
    return response


def spread(total: int) -> list[int]:
    """The numbers, from 1, of the frames that are shown of so many."""
    shown = min(total, MOST_PICTURES)
    return [1 + at * total // shown for at in range(shown)]
