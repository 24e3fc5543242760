"""How long may a websocket stay? Silent and idle ones end, and nobody floods the others.

A socket is the session of one page. Streamlit starts a script for its messages.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import settings
from core.hosting.server.notices import full
from core.hosting.server.places import Places
from core.hosting.server.visitor import visitor_of
from core.settings import Settings

MESSAGES_A_SECOND = 20
MESSAGES_AT_ONCE = 40
"""of one socket; more wait in the network"""
SEND_SECONDS = 30
"""a client that reads nothing for so long is gone"""
CLOSE_SECONDS = 1
RETURN_SECONDS = 30
"""a session outlives its socket by so long: a telephone may change its network"""

POLICY_VIOLATION, GOING_AWAY, TRY_AGAIN_LATER = 1008, 1001, 1013


@dataclass(frozen=True, slots=True)
class Wire:
    """What only the dashboard's framework knows.

    Attributes:
        is_interaction: whether a message of a client is something that a person did.
        session_of: the session that a message to a client names, if it names one.
        farewell: the message that leads a page to the notice on idle pages.
        close: end a session for good, and free what it holds, unless a socket is open on it.
    """

    is_interaction: Callable[[bytes], bool]
    session_of: Callable[[bytes], str | None]
    farewell: bytes
    close: Callable[[str], None]


class Sockets:
    """Bounds the websockets of a hosted dashboard, and turns away who finds no place.

    Who opens the page reads why, and the page asks again by itself.
    """

    def __init__(self, app: ASGIApp, places: Places, wire: Wire) -> None:
        self._app, self._places, self._wire = app, places, wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but a websocket too many."""
        here = settings.load()
        if scope["type"] not in {"http", "websocket"} or not here.hosted:
            await self._app(scope, receive, send)
            return
        address = visitor_of(scope).address
        if scope["type"] == "http":
            refused = self._places.refusal(address, here) if _asks_for_a_page(scope) else None
            page = HTMLResponse(full(refused), 503, {"Retry-After": "30"}) if refused else self._app
            await page(scope, receive, send)
        elif refused := self._places.refusal(address, here):
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": refused})
        else:
            with self._places.taken(address):
                await self._serve(scope, receive, send, here)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, here: Settings) -> None:
        socket = _Socket(receive, send, self._wire, here)
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            if socket.session is not None:
                wait = 0 if socket.ended else RETURN_SECONDS
                asyncio.get_running_loop().call_later(wait, self._wire.close, socket.session)


class _Socket:
    """One websocket, between the network and the application."""

    def __init__(self, receive: Receive, send: Send, wire: Wire, here: Settings) -> None:
        self._receive, self._send, self._wire = receive, send, wire
        self._clock = asyncio.get_running_loop().time
        self._idle_seconds = here.idle_seconds
        self._deadline = self._clock() + here.silent_seconds
        self._next_message = 0.0
        self._acted = False
        self._timeout: asyncio.Timeout | None = None
        self.session: str | None = None
        self.ended = False

    async def receive(self) -> Message:
        """What comes next; the end, if nothing comes in time."""
        try:
            async with asyncio.timeout_at(self._deadline) as timeout:
                self._timeout = timeout
                message = await self._receive()
        except TimeoutError:
            await self._end()
            return {"type": "websocket.disconnect", "code": GOING_AWAY}
        finally:
            self._timeout = None
        if message["type"] == "websocket.receive":
            await self._wait_for_turn()
            if self._wire.is_interaction(message.get("bytes") or b""):
                self._acted = True
                self._deadline = self._clock() + self._idle_seconds
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on; a client that does not read ends its socket."""
        if self.ended:
            return
        if self.session is None and message["type"] == "websocket.send":
            self.session = self._wire.session_of(message.get("bytes") or b"")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(message)
        except TimeoutError:
            self.ended = True
            self._deadline = self._clock()
            if self._timeout is not None:
                self._timeout.reschedule(self._deadline)

    async def _wait_for_turn(self) -> None:
        """Let a client's messages pass at a steady rate, some at once (a leaky bucket)."""
        now = self._clock()
        first = now - MESSAGES_AT_ONCE / MESSAGES_A_SECOND
        self._next_message = max(self._next_message, first) + 1 / MESSAGES_A_SECOND
        await asyncio.sleep(max(0.0, self._next_message - now))

    async def _end(self) -> None:
        """Say farewell to whoever has looked at the page, and close."""
        unread, self.ended = self.ended, True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._acted and not unread:
                    await self._send({"type": "websocket.send", "bytes": self._wire.farewell})
                code = GOING_AWAY if self._acted else POLICY_VIOLATION
                await self._send({"type": "websocket.close", "code": code, "reason": "idle"})


def _asks_for_a_page(scope: Mapping[str, object]) -> bool:
    return "text/html" in Headers(raw=scope["headers"]).get("accept", "")  # type: ignore[arg-type]
