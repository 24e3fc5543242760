"""Many visitors over Streamlit's own websocket protocol, who open page after page.

`make soak` lets fifty of them click for two minutes; tests/test_visitors.py a few for seconds.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import monotonic, perf_counter

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

TORCH_FREE = ("", "accuracy", "cost", "shift", "claims", "train", "history")
EVERY_PAGE = (*TORCH_FREE, "by_hand", "features")

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

THINKING = 1.0, 3.0
"""seconds between the end of a rerun and the next click"""
PATIENCE = 60.0


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


def visit(port: int, visitors: int, seconds: float, pages: Sequence[str], seed: int = 0) -> Seen:
    """Let visitors click at random for some time.

    Args:
        port: of a server on this machine.
        visitors: sessions at once.
        seconds: how long.
        pages: URL paths to choose from.
        seed: of their choices.
    """
    seen = Seen()

    async def everyone() -> None:
        until = monotonic() + seconds
        await asyncio.gather(
            *(
                # nothing secret
                _one(port, random.Random(f"{seed}/{n}"), until, pages, seen)  # noqa: S311
                for n in range(visitors)
            )
        )

    asyncio.run(everyone())
    return seen


async def _one(
    port: int, source: random.Random, until: float, pages: Sequence[str], seen: Seen
) -> None:
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    try:
        async with websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None
        ) as socket:
            while monotonic() < until:
                await asyncio.sleep(source.uniform(*THINKING))
                await asyncio.wait_for(_click(socket, source, pages, seen), PATIENCE)
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
