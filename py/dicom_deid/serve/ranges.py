"""Answers of which a part can be asked for: a whole file or ZIP, or one range of it (RFC 9110, 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Request, Response

from dicom_deid.errors import SourceFailure
from dicom_deid.native.source import FileSource

CHUNK = 128 * 1024
UNSATISFIABLE = (0, 0)


def wanted(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """The range of a request that asks for one that still fits; None: the whole. UNSATISFIABLE: there is no such."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not size:
        return None
    if request.headers.get("If-Range") not in (None, f'"{etag}"'):
        return None
    (first, _), *_ = asked.ranges
    if first < -size:
        return 0, size  # more than all of it, from its end: that is all of it
    return asked.range_for_length(size) or UNSATISFIABLE


def answer(request: Request, size: int, etag: str, make: Callable[[int, int], Iterator[bytes]], kind: str) -> Response:
    """The answer with the range that was asked for; ``make`` gives its bytes."""
    asked = wanted(request, size, etag)
    if asked == UNSATISFIABLE:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = asked or (0, size)
    response = Response(make(start, end), 206 if asked else 200, content_type=kind)
    response.headers["Content-Length"] = str(end - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = f'"{etag}"'
    if asked:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def file_answer(source: FileSource, request: Request) -> Response:
    """The answer with a file, which it closes."""

    def pieces(start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, CHUNK):
            yield source.read(at, min(at + CHUNK, end))

    try:
        response = answer(request, source.size, f"{source.size:x}-{source.modified:x}", pieces, "application/dicom")
    except SourceFailure:
        source.close()
        raise
    response.call_on_close(source.close)
    return response
