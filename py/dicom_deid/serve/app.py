"""The application: its routes behind the guard, and an answer without a word too many whatever happens."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from dicom_deid.serve.api import LibraryApi
from dicom_deid.serve.landing import Landing
from dicom_deid.serve.page import page
from dicom_deid.serve.refusal import Refusal
from dicom_deid.serve.share_api import ShareApi
from dicom_deid.serve.state import Served

LONGEST_BODY = 1024 * 1024
"""Bytes of a request."""
SAID = {404: "NOT_THERE", 405: "NOT_THERE"}
"""Codes for what the routing refuses."""


def application(served: Served, site: Path) -> Flask:
    """The application of one server; ``site``: the folder of the built page."""
    for name in ("waitress", "waitress.queue", "werkzeug", __name__, "zipstream.ng"):
        logging.getLogger(name).disabled = True  # their lines quote addresses, which hold tokens
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_BODY, MAX_FORM_MEMORY_SIZE=LONGEST_BODY, PROPAGATE_EXCEPTIONS=False)
    served.guard.attach(app)
    for routes in (
        LibraryApi(served).routes(),
        ShareApi(served).routes(),
        Landing(served).routes(),
        page(site, has_pacs=served.pacs is not None),
    ):
        app.register_blueprint(routes)
    if served.pacs:
        app.register_blueprint(served.pacs.routes())
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, misdirected)
    app.register_error_handler(Exception, failed)
    return app


def refused(error: Refusal) -> Response:
    """The answer to a request that is refused."""
    response = jsonify(error.told())
    response.status_code = error.status
    response.headers.update(error.headers)
    return response


def misdirected(error: HTTPException) -> Response:
    """The answer to a request that fits no route, or cannot be read."""
    status = error.code or 500
    if request.path.startswith("/share/"):
        return Response(render_template("ended.html"), 404)
    if status in (301, 307, 308):
        status = 404  # nothing here lies at two addresses
    return refused(Refusal(status, SAID.get(status, "BAD_REQUEST")))


def failed(_error: Exception) -> Response:
    """The answer where something was met that nobody foresaw; its text may quote a value, a path or a token."""
    return refused(Refusal(500, "INTERNAL_ERROR"))
