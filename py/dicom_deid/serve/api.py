"""The API of the library: session, index, search, series, their files and their pictures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from dicom_deid.errors import Failed, SourceFailure
from dicom_deid.serve import values
from dicom_deid.serve.library import Folder, Known, counted
from dicom_deid.serve.ranges import file_answer
from dicom_deid.serve.refusal import Refusal
from dicom_deid.serve.state import Served
from dicom_deid.share.below import open_below
from dicom_deid.version import __version__

MOST_ROWS, MOST_FIRST, LONGEST_QUERY = 500, 1_000_000, 10_000
LEAST_SIDE, MOST_SIDE, SMALL, LARGE = 16, 2048, 256, 512
"""Pixels of the longest side of a picture."""
MOST_NUMBER = 10**9 - 1
ACCEPTED = 202


class LibraryApi:
    """The routes of a server's library."""

    def __init__(self, served: Served) -> None:
        self._served, self._sessions = served, served.guard.sessions

    def routes(self) -> Blueprint:
        """The routes, each with its method."""
        made = Blueprint("api", __name__, url_prefix="/api")
        made.get("/session")(self.session)
        made.post("/session")(self.sign_in)
        made.delete("/session")(self.sign_out)
        made.get("/index/status")(self.status)
        made.post("/index/start")(self.start)
        made.post("/index/stop")(self.stop)
        made.get("/search")(self.search)
        made.get("/series/<key>")(self.series)
        made.get("/series/<key>/files/<number>")(self.file)
        made.get("/series/<key>/picture")(self.middle)
        made.get("/series/<key>/pictures/<number>")(self.picture)
        return made

    def session(self) -> dict[str, Any]:
        """Whether the browser is signed in, how one signs in, and what this server can do."""
        served, told = self._served, {"signed_in": self._served.guard.is_signed_in(request), "by": self._sessions.by}
        if not told["signed_in"]:
            return told
        can = {"originals": served.sharing.originals, "pictures": served.pictures.are_there(), "deidentify": True}
        return {**told, **can, "version": __version__}

    def sign_in(self) -> Response:
        name = self._sessions.by
        token = self._sessions.sign_in(values.text(values.body(request, (name,)), name, 1000))
        return self._served.guard.sign_in(Response(status=204), token)

    def sign_out(self) -> Response:
        self._sessions.end(request.cookies.get(self._served.guard.cookie, ""))
        return self._served.guard.sign_in(Response(status=204), "")

    def status(self) -> dict[str, Any]:
        return self._served.indexing.status()

    def start(self) -> tuple[dict[str, Any], int]:
        numbers = values.body(request, ("folders",)).get("folders")
        if numbers is not None and not (isinstance(numbers, list) and all(type(one) is int for one in numbers)):
            raise values.wrong("folders")
        folders = self._served.library.folders
        self._served.indexing.start([one for one in folders if numbers is None or one.number in numbers])
        return self._served.indexing.status(), ACCEPTED

    def stop(self) -> tuple[dict[str, Any], int]:
        values.body(request, ())
        self._served.indexing.stop()
        return self._served.indexing.status(), ACCEPTED

    def search(self) -> dict[str, Any]:
        query, folder = request.args.get("q", ""), values.folder_of(request)
        if len(query) > LONGEST_QUERY or not values.is_text(query):
            raise values.wrong("q")
        first = values.whole(request.args.get("first"), "first", 0, MOST_FIRST, 0)
        count = values.whole(request.args.get("count"), "count", 0, MOST_ROWS, 100)
        try:
            return self._served.library.search(query, first, count, folder)
        except KeyError:
            raise Refusal(404, "NOT_THERE") from None

    def series(self, key: str) -> dict[str, Any]:
        """What is known of a series, with its files."""
        one, files, left_out, _ = self.found(key)
        may = not one.folder.names_people or self._served.sharing.originals
        return {
            **one.row,
            "files": [
                {"number": number, "path": file.path, "size": file.size, "frames": file.frames}
                for number, file in enumerate(files, 1)
            ],
            "file_count": len(files),
            "pictures": sum(file.frames for file in files),
            "left_out": counted(left_out),
            "may_share": may,
            "why_not": "" if may else "ORIGINALS_NOT_SHARED",
        }

    def file(self, key: str, number: str) -> Response:
        """A file of a series as it is."""
        one, files, _, _ = self.found(key)
        at = values.whole(number, "number", 0, MOST_NUMBER, 0)
        if not 0 < at <= len(files):
            raise Refusal(404, "NOT_THERE")
        try:
            return file_answer(open_below(one.folder.root, files[at - 1].path), request)
        except SourceFailure:
            raise Refusal(404, "NOT_THERE") from None

    def middle(self, key: str) -> Response:
        """The picture that stands for a series."""
        size = side(SMALL)
        try:
            folder, path, frame = self._served.library.middle(key_of(key), values.folder_of(request))
        except KeyError:
            raise Refusal(404, "SERIES_UNKNOWN") from None
        return self.painted(folder, path, frame, size)

    def picture(self, key: str, number: str) -> Response:
        """A frame of a series, by its number from 1."""
        (one, files, _, _), size = self.found(key), side(LARGE)
        at = values.whole(number, "number", 0, MOST_NUMBER, 0)
        for file in files if at else ():
            if at <= file.frames:
                return self.painted(one.folder, file.path, at, size)
            at -= file.frames
        raise Refusal(404, "NOT_THERE")

    def found(self, key: str) -> Known:
        """The series that a request is about. Raises Refusal."""
        try:
            return self._served.library.known(key_of(key), values.folder_of(request))
        except (KeyError, OSError):
            raise Refusal(404, "SERIES_UNKNOWN") from None

    def painted(self, folder: Folder, path: str, frame: int, size: int) -> Response:
        """A frame as a PNG. Raises Refusal."""
        try:
            png = self._served.pictures.png(folder.root, path, frame, size)
        except Failed as failure:
            raise Refusal(501 if failure.reason == "PREVIEW_MISSING" else 422, failure.reason) from None
        return Response(png, content_type="image/png")


def key_of(text: str) -> str:
    """A SeriesKey, or "", which is none."""
    return text if values.KEY.fullmatch(text) else ""


def side(default: int) -> int:
    """The longest side of the picture that is asked for."""
    return values.whole(request.args.get("size"), "size", LEAST_SIDE, MOST_SIDE, default)
