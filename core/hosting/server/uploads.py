"""What may be uploaded? So many bytes and files as the page that a session shows has asked for.

Streamlit takes a file from anybody who knows a session, and reads it whole before its widget
is asked. Here a request is judged by its headers.
"""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import settings
from core.words import MEGABYTE

PATH = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)$")
FRAME_BYTES = 4_000
"""what a browser writes around the file"""
UPLOAD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a page takes.

    Attributes:
        bytes_each: of one file.
        files: kept at once.
    """

    bytes_each: int
    files: int


class UploadBook:
    """What sessions may upload, and what they have: written by pages, read by the server."""

    def __init__(self) -> None:
        self._allowed: dict[str, Allowance] = {}
        self._held: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def allow(self, session: str, allowance: Allowance) -> None:
        """Let a session upload."""
        self._allowed[session] = allowance

    def forbid(self, session: str) -> None:
        """Let a session upload no more; what it has it keeps."""
        self._allowed.pop(session, None)

    def free(self, session: str, file: str) -> None:
        """Forget a file that is gone."""
        held = self._held.get(session, {})
        held.pop(file, None)
        if not held:
            self._held.pop(session, None)

    def forget(self, session: str) -> None:
        """Forget a session that is gone."""
        self.forbid(session)
        self._held.pop(session, None)

    def hold(self, session: str, file: str, size: int) -> None:
        """Count a file from before its first byte is read."""
        self._held[session][file] = size

    def files(self, session: str) -> int:
        """How many files a session has, those on their way among them."""
        return len(self._held.get(session, {}))

    @property
    def bytes_held(self) -> int:
        """Bytes of all files of all sessions."""
        return sum(sum(files.values()) for files in list(self._held.values()))

    def refusal(self, session: str, file: str, size: int | None, total: int) -> tuple[int, str]:
        """Why a file is not taken: a status of HTTP and a sentence; (0, "") if it is.

        Args:
            session: that wants to upload.
            file: its name on the server.
            size: bytes of the request, None if it does not say.
            total: bytes that all sessions together may hold.
        """
        allowance = self._allowed.get(session)
        if allowance is None:
            return 403, "this page takes no files"
        if size is None:
            return 411, "the request does not say how long it is"
        if size > allowance.bytes_each + FRAME_BYTES:
            return 413, f"a file may have {allowance.bytes_each:,} bytes"
        others = self.files(session) - (file in self._held.get(session, {}))
        if others >= allowance.files:
            return 429, f"{allowance.files} files may be kept at once; remove one"
        if self.bytes_held + size > total:
            return 429, "visitors have uploaded all that fits; try again in some minutes"
        return 0, ""


class Uploads:
    """Refuses uploads to a hosted dashboard by their headers, before a byte is read."""

    def __init__(self, app: ASGIApp, book: UploadBook) -> None:
        self._app, self._book = app, book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but an upload that is not allowed."""
        here = settings.load()
        asked = PATH.search(scope["path"]) if scope["type"] == "http" and here.hosted else None
        if asked is None or scope["method"] not in {"PUT", "DELETE"}:
            await self._app(scope, receive, send)
            return
        session, file = asked["session"], asked["file"]
        if scope["method"] == "PUT":
            size = _length(scope)
            total = here.uploads_megabytes * MEGABYTE
            status, reason = self._book.refusal(session, file, size, total)
            if status:
                await _refused(status, reason)(scope, receive, send)
                return
            self._book.hold(session, file, size or 0)
        await self._kept_or_freed(scope, receive, send, (session, file))

    async def _kept_or_freed(
        self, scope: Scope, receive: Receive, send: Send, which: tuple[str, str]
    ) -> None:
        """Let the application answer; only a file that it has taken stays in the book."""
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await self._app(scope, receive, noted)
        except TimeoutError:
            if not status:
                await _refused(408, "the file came too slowly")(scope, receive, send)
        finally:
            taken = scope["method"] == "PUT" and 200 <= status < 300  # noqa: PLR2004
            if not taken:
                self._book.free(*which)


def _length(scope: Scope) -> int | None:
    text = Headers(scope=scope).get("content-length", "")
    return int(text) if text.isdecimal() else None


def _refused(status: int, reason: str) -> PlainTextResponse:
    # the rest of the request is not read: the connection ends
    return PlainTextResponse(reason, status, {"Connection": "close"})
