"""Many visitors over Streamlit's own websocket protocol, who open page after page.

`make soak` lets fifty of them click for two minutes; tests/test_visitors.py a few for seconds.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import monotonic, perf_counter

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.catalog import Page

EVERY_PAGE = tuple("" if page is Page.HOME else page.file.removesuffix(".py") for page in Page)
"""URL paths"""

LINKS = (
    "",
    "pooling=max&pooling=conv&head=gap",
    "pooling=max&head=flatten&seeds=10",
    "pooling=soft&pooling=none&pooling=strided",
    "dropout=none&dropout=head",
    # what no control can show
    "pooling=banana&seeds=abc",
    "claim=max-keeps-edges",
    "claim=pooling-raises-accuracy",
)

THINKING = 5.0, 15.0
"""seconds between the end of a rerun and the next click: what is shown is looked at"""
PATIENCE = 60.0
HERE = "127.0.0.1"


@dataclass(slots=True)
class Seen:
    """What the visitors met.

    Attributes:
        seconds: from each click to the end of its rerun.
        errors: exceptions that a page showed, and connections that broke.
        sent: bytes of each rerun.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Seconds within which 19 of 20 reruns end."""
        return quantiles(self.seconds, n=20)[-1]

    def __str__(self) -> str:
        return (
            f"{len(self.seconds):,} reruns: median {1000 * median(self.seconds):.0f} ms, p95 "
            f"{1000 * self.p95:.0f} ms, largest {max(self.sent) / 1000:.0f} kB; "
            f"{len(self.errors)} errors {sorted(set(self.errors))[:3]}"
        )


@dataclass(frozen=True, slots=True)
class Crowd:
    """How a crowd behaves.

    Attributes:
        visitors: sessions at once.
        seconds: how long they stay.
        pages: URL paths that they choose from.
        thinking: least and most seconds between the end of a rerun and the next click.
        seed: of their choices.
    """

    visitors: int
    seconds: float
    pages: Sequence[str]
    thinking: tuple[float, float] = THINKING
    seed: int = 0


def visit(port: int, crowd: Crowd) -> Seen:
    """Let visitors click at random for some time.

    Args:
        port: of a server on this machine.
        crowd: who they are.
    """
    seen = Seen()

    async def everyone() -> None:
        until = monotonic() + crowd.seconds
        await asyncio.gather(*(_one(port, crowd, n, until, seen) for n in range(crowd.visitors)))

    asyncio.run(everyone())
    return seen


def again(port: int, times: int, pages: Sequence[str], seed: int = 0) -> Seen:
    """Let one visitor click many times, without thinking."""
    seen = Seen()

    async def clicks() -> None:
        source = random.Random(seed)  # noqa: S311 (nothing secret)
        async with _entered(port, 0) as socket:
            for _ in range(times):
                await asyncio.wait_for(_click(socket, source, pages, seen), PATIENCE)

    asyncio.run(clicks())
    return seen


def _entered(port: int, number: int) -> websockets.connect:
    """A connection of a visitor, from an address of their own where a machine has many."""
    address = f"127.50.{number // 250}.{number % 250 + 1}" if sys.platform == "linux" else HERE
    return websockets.connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        local_addr=(address, 0),
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
    )


async def _one(port: int, crowd: Crowd, number: int, until: float, seen: Seen) -> None:
    source = random.Random(f"{crowd.seed}/{number}")  # noqa: S311 (nothing secret)
    try:
        # a browser asks for its page as soon as it is connected; one that is silent is sent away
        await asyncio.sleep(source.uniform(*crowd.thinking))
        async with _entered(port, number) as socket:
            while monotonic() < until:
                await asyncio.wait_for(_click(socket, source, crowd.pages, seen), PATIENCE)
                await asyncio.sleep(source.uniform(*crowd.thinking))
    except (TimeoutError, websockets.WebSocketException, OSError) as error:
        seen.errors.append(f"{type(error).__name__}: {error}")


async def _click(
    socket: websockets.ClientConnection, source: random.Random, pages: Sequence[str], seen: Seen
) -> None:
    asked = BackMsg()
    asked.rerun_script.query_string = source.choice(LINKS)
    asked.rerun_script.page_name = source.choice(pages)
    began, received = perf_counter(), 0
    await socket.send(asked.SerializeToString())
    while True:
        content = await socket.recv()
        received += len(content)
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        if message.WhichOneof("type") == "delta":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                seen.errors.append(element.exception.message)
        if message.WhichOneof("type") == "script_finished":
            seen.seconds.append(perf_counter() - began)
            seen.sent.append(received)
            return
