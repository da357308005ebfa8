"""The built page, served with the headers that docs/hosting.md asks for, and told that there is an API."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, send_file
from werkzeug.security import safe_join

import dicom_deid

FRAME = "index.html"
TOLD = '<meta name="dicom-deid-server" content="/api">'
"""By this the page knows that a server is there: on a static host, it asks nobody."""
TOLD_OF_PACS = '<meta name="dicom-deid-pacs" content="/dicom-web" data-signed-in>'
"""By this, that it offers a PACS, and signs in there."""
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
"""The system's own table may differ."""
POLICY = re.compile(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"')
CHARSET = '<meta charset="utf-8">'


def built() -> Path:
    """The place of the page: dist/ beside py/ of the source tree, or, of a package installed elsewhere, dist/ here."""
    beside = Path(dicom_deid.__file__).resolve().parents[2] / "dist"
    return beside if is_built(beside) else Path("dist")


def is_built(site: Path) -> bool:
    """Whether a folder holds the whole page."""
    return all((site / name).is_file() for name in (FRAME, "version.json"))


def is_there(file: Path) -> bool:
    """Whether there is such a file; of a name that is too long, or has NUL in it, there is none."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


def standing(site: Path, told: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The frame as it stands, and the headers: a page that is built anew below a server is served as a whole."""
    try:
        return told_frame(site, told, (site / FRAME).stat().st_mtime_ns)
    except OSError:
        abort(404)  # for the moment in which the new page takes the place of the old one


@lru_cache(maxsize=1)
def told_frame(site: Path, told: tuple[str, ...], _changed: int) -> tuple[str, dict[str, str]]:
    """The frame, told what the server has, and the headers of every answer; changed since: another frame."""
    text = (site / FRAME).read_text(encoding="utf-8")
    policy = POLICY.search(text)
    headers = HEADERS | ({"Content-Security-Policy": " ".join(policy[1].split())} if policy else {})
    return text.replace(CHARSET, "\n  ".join((CHARSET, *told)), 1), headers


def page(site: Path, *, has_pacs: bool = False) -> Blueprint:
    """The routes of the page; ``has_pacs``: there is a PACS at the same site."""
    told = (TOLD, *((TOLD_OF_PACS,) if has_pacs else ()))
    routes = Blueprint("page", __name__)

    @routes.get("/")
    def home() -> Response:
        return dressed(Response(standing(site, told)[0], content_type=KINDS[".html"]))

    @routes.get("/<path:name>")
    def file(name: str) -> Response:
        if name == FRAME:
            return home()
        found = safe_join(str(site), name)
        if found is None or not is_there(Path(found)):
            abort(404)
        response = dressed(send_file(found, mimetype="application/octet-stream"))
        response.headers["Content-Type"] = KINDS.get(Path(found).suffix, "application/octet-stream")
        return response

    def dressed(response: Response) -> Response:
        for header, value in standing(site, told)[1].items():
            response.headers[header] = value
        return response

    return routes
