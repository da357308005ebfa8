"""The values of a request, each checked for its kind: whatever is sent, the answer is a value or a refusal."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Request

from dicom_deid.nesting import is_deep
from dicom_deid.serve.refusal import Refusal

KEY = re.compile(r"[0-9a-f]{40}")
LONGEST = 9
"""Digits of a number that is read."""


def body(request: Request, known: tuple[str, ...]) -> dict[str, Any]:
    """The values of a request with a body, which is an object in JSON with no other names than the known ones."""
    if request.mimetype != "application/json":
        raise Refusal(415, "BAD_REQUEST", {"field": "Content-Type"})
    text = request.get_data().decode("utf-8", "replace")
    try:
        found = None if is_deep(text) else json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise wrong("")
    for name in found:
        if name not in known:
            raise wrong(str(name))
    return found


def wrong(field: str) -> Refusal:
    """A value that cannot be used."""
    return Refusal(400, "BAD_REQUEST", {"field": field[:100].encode("utf-8", "replace").decode()})


def whole(text: str | None, field: str, least: int, most: int, default: int) -> int:
    """A number of a query."""
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST) or not least <= int(text) <= most:
        raise wrong(field)
    return int(text)


def folder_of(request: Request) -> int | None:
    """The number of the folder that a query asks of; None: of all."""
    return whole(request.args.get("folder"), "folder", 1, 10**6, 0) or None


def number(values: dict[str, Any], field: str, least: int, most: int, default: int | None = None) -> int:
    """A number of a body."""
    found = values.get(field, default)
    if type(found) is not int or not least <= found <= most:
        raise wrong(field)
    return found


def flag(values: dict[str, Any], field: str) -> bool:
    """A yes or no of a body; no, where nothing is said."""
    found = values.get(field, False)
    if not isinstance(found, bool):
        raise wrong(field)
    return found


def text(values: dict[str, Any], field: str, most: int) -> str:
    """A text of a body; "" where there is none."""
    found = values.get(field, "")
    if not isinstance(found, str) or len(found) > most or not is_text(found):
        raise wrong(field)
    return found


def is_text(found: str) -> bool:
    """Whether a text is whole: JSON can spell half a letter."""
    return "\0" not in found and not re.search(r"[\ud800-\udfff]", found)


def series(values: dict[str, Any], most: int) -> list[tuple[str, int | None]]:
    """SeriesKeys, each with the number of its folder or None."""
    found = values.get("series")
    if not isinstance(found, list) or not 0 < len(found) <= most:
        raise wrong("series")
    chosen = dict[tuple[str, int | None], None]()
    for one in found:
        named = {"key": one} if isinstance(one, str) else one
        if not isinstance(named, dict) or not set(named) <= {"key", "folder"}:
            raise wrong("series")
        key, folder = named.get("key"), named.get("folder")
        if not isinstance(key, str) or not KEY.fullmatch(key) or not (folder is None or type(folder) is int):
            raise wrong("series")
        chosen[key, folder] = None
    return list(chosen)
