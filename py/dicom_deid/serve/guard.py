"""What every request has to pass: the host that it names, the site that it comes from, and for the API a session."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Request, Response, request

from dicom_deid.serve.refusal import Refusal
from dicom_deid.serve.sessions import Sessions

OPEN_CALLS = ("api.session", "api.sign_in")
"""Calls of the API that need no session."""
OWN_SITE = ("same-origin", "none", "")
"""Sec-Fetch-Site of requests that no other site has made; "" of browsers that do not say."""
READING = ("GET", "HEAD")
CLOSED = ("/api/", "/dicom-web/")
"""What needs a session, and comes from the page alone."""
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
"""Headers of the API, of a PACS and of links."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The rules of one server. ``hosts``: what the header Host may say; ``scheme``: http or https."""

    sessions: Sessions
    hosts: frozenset[str]
    scheme: str
    cookie: str

    def attach(self, app: Flask) -> None:
        """Lets every request of an application pass here first."""
        app.before_request(self.check)
        app.after_request(private)

    def check(self) -> None:
        """Raises Refusal for a request that is not to be answered."""
        host = request.headers.get("Host", "").lower()
        if host not in self.hosts:
            raise Refusal(421, "OTHER_HOST")
        is_closed = request.path.startswith(CLOSED)
        if is_closed or request.method not in READING:
            self.check_site(host)
        if is_closed and request.endpoint not in OPEN_CALLS and not self.is_signed_in(request):
            raise Refusal(401, "SIGN_IN_NEEDED")

    def check_site(self, host: str) -> None:
        """Raises Refusal for what another site has sent."""
        site = request.headers.get("Sec-Fetch-Site", "").lower()
        origin = request.headers.get("Origin", "").lower()
        if site not in OWN_SITE:
            raise Refusal(403, "OTHER_SITE")
        # Without a referrer, a browser says "null" of its own forms; then Sec-Fetch-Site says whose they are.
        if origin and origin != f"{self.scheme}://{host}" and not (origin == "null" and site == "same-origin"):
            raise Refusal(403, "OTHER_SITE")

    def is_signed_in(self, asked: Request) -> bool:
        """Whether a request bears the cookie of a session."""
        return self.sessions.holds(asked.cookies.get(self.cookie, ""))

    def sign_in(self, response: Response, token: str) -> Response:
        """Gives an answer the cookie of a session; "" takes it away."""
        secure = self.scheme == "https"
        if token:
            response.set_cookie(self.cookie, token, httponly=True, samesite="Strict", secure=secure, path="/")
        else:
            response.delete_cookie(self.cookie, httponly=True, samesite="Strict", secure=secure, path="/")
        return response


def private(response: Response) -> Response:
    """Gives an answer of the API or of a link its headers; the page has its own."""
    if request.path.startswith((*CLOSED, "/share/")) or response.status_code >= 400:
        for name, value in PRIVATE.items():
            response.headers.setdefault(name, value)
    return response
