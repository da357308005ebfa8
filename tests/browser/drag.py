"""Dragging real files and folders from this computer onto a page, as a hand would: the page gets true handles."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

COPY = 1  # the operation that a drag from a file manager offers


def drop(page: "Page", *paths: Path) -> None:
    """Drags the paths over the middle of the page and lets them go."""
    size = page.evaluate("({x: innerWidth / 2, y: innerHeight / 2})")
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": COPY}
    session = page.context.new_cdp_session(page)
    try:
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, **size, "data": data})
    finally:
        session.detach()
