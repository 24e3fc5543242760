"""A tab of somebody who looks at a dashboard, over Streamlit's own websocket."""

import http.client
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import connect

from core.hosting.server.visitor import COOKIE

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Somebody:
    """A browser at an address of this machine.

    Attributes:
        port: of the server.
        address: from 127.0.0.0/8, all of which are this machine.
        cookie: as the server gave it; without one it is a new browser each time.
    """

    port: int
    address: str = "127.0.0.1"
    cookie: str = ""

    @classmethod
    def arrives(cls, port: int, address: str) -> Self:
        """A browser that takes the cookie of its first page."""
        client = http.client.HTTPConnection("127.0.0.1", port, source_address=(address, 0))
        client.request("GET", "/", headers={"Accept": "text/html"})
        answer = client.getresponse()
        answer.read()
        client.close()
        given = answer.getheader("set-cookie") or ""
        return cls(port, address, given.split(";", 1)[0].removeprefix(f"{COOKIE}="))


@dataclass
class Tab:
    """A page that somebody has open; what it showed after its last run."""

    who: Somebody
    page: str = ""
    query: str = ""
    texts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Open the page."""
        stream = socket.create_connection(
            ("127.0.0.1", self.who.port), source_address=(self.who.address, 0)
        )
        self._opened = ExitStack()
        self._socket = self._opened.enter_context(
            connect(
                f"ws://127.0.0.1:{self.who.port}/_stcore/stream",
                sock=stream,
                subprotocols=[Subprotocol("streamlit")],
                additional_headers={"Cookie": f"{COOKIE}={self.who.cookie}"},
                max_size=None,
            )
        )
        self.run()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the tab."""
        self._opened.close()

    def run(self, pressed: str | None = None) -> None:
        """Have the page drawn, after a button was pressed, whether or not the page allows it."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_name = self.page
        if pressed is not None:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id = self.buttons[pressed]
            state.trigger_value = True
        self.texts, self.errors, self.buttons, self.disabled = [], [], {}, set()
        self._socket.send(asked.SerializeToString())
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._ended(self._socket.recv(until - time.monotonic())):
            pass

    def press(self, beginning: str) -> None:
        """Press the button whose label begins so."""
        self.run(next(label for label in self.buttons if label.startswith(beginning)))

    @property
    def text(self) -> str:
        """All that is to be read."""
        return "\n".join(self.texts)

    def _ended(self, content: str | bytes) -> bool:
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        if message.WhichOneof("type") == "delta":
            self._note(message.delta.new_element)
        # a page that sends its visitor on is drawn a second time
        return (
            message.WhichOneof("type") == "script_finished"
            and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        )

    def _note(self, element: object) -> None:
        kind = element.WhichOneof("type")  # type: ignore[attr-defined]
        part = getattr(element, kind) if kind else None
        if kind == "button":
            self.buttons[part.label] = part.id
            (self.disabled.add if part.disabled else self.disabled.discard)(part.label)
        elif kind in {"markdown", "alert"}:
            self.texts.append(part.body)
        elif kind == "exception":
            self.errors.append(part.message)
