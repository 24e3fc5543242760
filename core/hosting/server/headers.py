"""What may a page of the dashboard load, and who may show it in a frame?"""

import re
from base64 import b64encode
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import settings

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

PERMISSIONS = ("camera", "geolocation", "microphone", "payment", "usb")
"""of the browser, none of which a page needs"""


class SecurityHeaders:
    """Adds the headers that keep a page to itself.

    Args:
        app: what answers.
        index: the HTML document that loads the pages; its own inline scripts may run.
    """

    def __init__(self, app: ASGIApp, index: str) -> None:
        self._app = app
        self._hashes = tuple(map(_hash, INLINE_SCRIPT.findall(index)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with headers on every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        here = settings.load()
        frames = here.embed.split() if here.embed or here.hosted else None
        added = {
            "Content-Security-Policy": policy(self._hashes, frames),
            "Permissions-Policy": ", ".join(f"{name}=()" for name in PERMISSIONS),
            # within the dashboard alone: the notice on an idle page leads back to it
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            **({"X-Frame-Options": "DENY"} if frames == [] else {}),
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def policy(script_hashes: tuple[str, ...], frames: list[str] | None) -> str:
    """The Content-Security-Policy.

    Args:
        script_hashes: of inline scripts that may run.
        frames: origins that may show the dashboard in a frame; None says nothing about frames.
    """
    directives = {
        "default-src": "'self'",
        # blob: Streamlit loads the script of a component (pages/shared/plot.js) as one
        "script-src": " ".join(["'self'", "blob:", *script_hashes]),
        # the loosest entry: Streamlit's components write their styles into the page
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    if frames is not None:
        directives["frame-ancestors"] = " ".join(frames) or "'none'"
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
