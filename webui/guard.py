"""What every request and response must have: a CSRF token, strict headers."""

import secrets

from flask import Flask, Response, abort, request, session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Name of the token in the session and in forms.
NAME = "csrf"

#: Nothing inline, nothing from elsewhere; pictures and scripts only from the desk itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(app: Flask) -> None:
    """Check tokens before, set headers after every request."""
    app.before_request(_check_token)
    app.after_request(_set_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token


def csrf_token() -> str:
    """This session's token, for forms."""
    if NAME not in session:
        session[NAME] = secrets.token_urlsafe(24)
    return str(session[NAME])


def _check_token() -> None:
    if request.method in SAFE_METHODS:
        return
    given, expected = request.form.get(NAME, ""), session.get(NAME, "")
    if not expected or not secrets.compare_digest(given.encode(), str(expected).encode()):
        abort(400, "csrf")


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Pages show what holds now; pictures set their own, longer one.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
