"""The API of sharing: links are made, listed, revoked and forgotten."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from dicom_deid.errors import Failed
from dicom_deid.serve import values
from dicom_deid.serve.library import counted
from dicom_deid.serve.refusal import Refusal
from dicom_deid.serve.sharing import MOST_SERIES, Asked
from dicom_deid.serve.state import Served
from dicom_deid.share.links import HOURS, MOST_HOURS, Link

FIELDS = ("series", "hours", "passcode", "one_time", "deidentify", "policy", "note")
FULL = 507
LEAST_PASSCODE, LONGEST_PASSCODE, LONGEST_NOTE, LONGEST_POLICY = 6, 200, 200, 500_000


class ShareApi:
    """The routes of a server's links, for those who are signed in."""

    def __init__(self, served: Served) -> None:
        self._served, self._links = served, served.links

    def routes(self) -> Blueprint:
        """The routes, each with its method."""
        made = Blueprint("share_api", __name__, url_prefix="/api/share")
        made.post("/create")(self.create)
        made.get("/links")(self.links)
        made.post("/revoke")(self.revoke)
        made.post("/forget")(self.forget)
        return made

    def create(self) -> tuple[dict[str, Any], int]:
        """A new link; its token and its passcode are told this once."""
        try:
            made = self._served.sharing.make(asked_of(values.body(request, FIELDS)))
        except Failed as failure:
            raise Refusal(FULL, failure.reason) from None
        link = made.link
        self._served.record.note(link.number, "created", link.bytes)
        return {
            "number": link.number,
            "token": made.token,
            "url": f"{self._served.guard.scheme}://{request.host}/share/{made.token}",
            "passcode": made.passcode or None,
            "expires": moment(link.expires),
            "files": link.files,
            "bytes": link.bytes,
            "holds": link.holds,
            "left_out": counted(made.left_out),
            "warning": "ORIGINALS_LEAVE" if link.holds == "originals" else "",
        }, 201

    def links(self) -> dict[str, Any]:
        return {"links": [self.told(link) for link in self._links.all()]}

    def revoke(self) -> dict[str, Any]:
        link = self.named()
        if link.state != "revoked":
            link = self._links.revoke(link.number)
            self._served.record.note(link.number, "revoked")
            self._served.sharing.sweep_if_idle()
        return self.told(link)

    def forget(self) -> Response:
        self._links.forget(self.named().number)
        self._served.sharing.sweep_if_idle()
        return Response(status=204)

    def named(self) -> Link:
        """The link that a request is about. Raises Refusal."""
        try:
            return self._links.get(values.number(values.body(request, ("number",)), "number", 1, 2**53))
        except KeyError:
            raise Refusal(404, "LINK_UNKNOWN") from None

    def told(self, link: Link) -> dict[str, Any]:
        """A link as the list tells it."""
        facts = asdict(link)
        facts["passcode"] = facts.pop("has_passcode")
        del facts["etag"]
        fetches = [
            {"when": moment(fetch.moment), "outcome": fetch.outcome, "bytes": fetch.bytes}
            for fetch in self._links.fetches(link.number)
        ]
        return {**facts, "created": moment(link.created), "expires": moment(link.expires), "fetches": fetches}


def asked_of(given: dict[str, Any]) -> Asked:
    """The link that a request asks for. Raises Refusal."""
    passcode = given.get("passcode")
    if passcode is None or passcode is False or passcode == "":
        passcode = ""
    elif passcode is not True:
        passcode = values.text(given, "passcode", LONGEST_PASSCODE).strip()
        if len(passcode) < LEAST_PASSCODE:
            raise values.wrong("passcode")
    return Asked(
        values.series(given, MOST_SERIES),
        values.number(given, "hours", 1, MOST_HOURS, HOURS),
        passcode,
        values.flag(given, "one_time"),
        values.flag(given, "deidentify"),
        values.text(given, "policy", LONGEST_POLICY),
        values.text(given, "note", LONGEST_NOTE),
    )


def moment(seconds: int) -> str:
    """A time as it is told, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
