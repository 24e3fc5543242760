"""Hostile clients over real sockets: each ends within its bound, and others are served."""

import asyncio
import http.client
import time
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, suppress

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.dashboard import serving, until
from tests.visitors import EVERY_PAGE, again

SILENT = 1.0
MEGABYTE = 1_000_000
MOST_SENT = 3
"""megabytes; larger ones are refused by their headers"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(
        tmp_path_factory.mktemp("attacked"),
        POOLSCOPE_MODE="hosted",
        POOLSCOPE_SILENT_SECONDS=str(SILENT),
        POOLSCOPE_SESSIONS="30",
        POOLSCOPE_ADDRESS_SESSIONS="10",
        POOLSCOPE_UPLOADS_MEGABYTES="20",
        # each test comes from a network of its own
        POOLSCOPE_PROXIES="127.0.0.1",
    ) as server:
        assert [] == again(_port(server), 2, EVERY_PAGE).errors
        yield server


def _port(server):
    return int(server.url.rsplit(":", 1)[1])


def _status(server, path="/ready", **headers):
    request = urllib.request.Request(server.url + path, headers=headers)  # noqa: S310 (loopback)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _socket(server, address, **more):
    return websockets.connect(
        f"ws://127.0.0.1:{_port(server)}/_stcore/stream",
        subprotocols=[websockets.Subprotocol("streamlit")],
        additional_headers={"X-Forwarded-For": address, **more},
        max_size=None,
    )


async def _opened(server, address, number, stack):
    """As many of a number of sockets as the server lets in."""

    async def one():
        try:
            return await stack.enter_async_context(_socket(server, address))
        except websockets.InvalidStatus:
            return None

    return [s for s in await asyncio.gather(*(one() for _ in range(number))) if s is not None]


async def _shown(socket, page="", query=""):
    """Ask for a page; the session that shows it, when its script has ended."""
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = page, query
    await socket.send(asked.SerializeToString())
    session = ""
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(socket.recv(), 60))
        session = session or message.new_session.initialize.session_id
        if message.WhichOneof("type") == "script_finished":
            return session


def test_a_hundred_silent_sockets_leave_everybody_else_served(server):
    async def attack():
        async with AsyncExitStack() as stack:
            sockets = await _opened(server, "10.1.0.1", 100, stack)
            assert 10 == len(sockets)
            assert 200 == _status(server)
            async with _socket(server, "10.1.0.2") as honest:
                assert await _shown(honest)
            began = time.monotonic()
            await asyncio.gather(*(socket.wait_closed() for socket in sockets))
            assert time.monotonic() - began < SILENT + 5
            assert {1008} == {socket.close_code for socket in sockets}

    asyncio.run(attack())


def test_many_networks_fill_the_places_and_ready_says_so(server):
    async def attack():
        async with AsyncExitStack() as stack:

            async def stay(address: str, count: int) -> None:
                for socket in await _opened(server, address, count, stack):
                    # a sign of life is enough to stay, and nothing has to be drawn for it
                    await socket.send(BackMsg(app_heartbeat=True).SerializeToString())

            for number in range(4):
                await stay(f"10.2.0.{number}", 10)
            # places that are kept for newcomers are still there
            assert 200 == await asyncio.to_thread(_status, server)
            for number in range(10):
                await stay(f"10.2.1.{number}", 1)
            assert 503 == await asyncio.to_thread(_status, server)
            assert 503 == await asyncio.to_thread(_status, server, "/", Accept="text/html")

    asyncio.run(attack())
    until(lambda: _status(server) == 200, 20)


def test_nobody_escapes_the_limit_by_forged_cookies_or_headers(server):
    async def attack():
        async with AsyncExitStack() as stack:
            let_in = 0
            for number in range(14):
                # the last address is what the proxy has written
                try:
                    await stack.enter_async_context(
                        _socket(
                            server,
                            f"1.2.3.{number}, 10.3.0.1",
                            Cookie=f"poolscope_visitor=somebody{number}",
                            **{"X-Poolscope-Visitor": f"me {number}"},
                        )
                    )
                    let_in += 1
                except websockets.InvalidStatus:
                    pass
            assert 10 == let_in

    asyncio.run(attack())


@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"x" * 3_000_000])
def test_nonsense_ends_the_socket_that_sent_it_alone(server, content):
    async def attack():
        async with _socket(server, "10.4.0.1") as honest, _socket(server, "10.4.0.2") as hostile:
            await hostile.send(content)
            assert await _shown(honest)
            await asyncio.wait_for(hostile.wait_closed(), SILENT + 10)
            assert await _shown(honest)

    asyncio.run(attack())


def test_a_flood_of_clicks_does_not_keep_another_visitor_waiting(server):
    async def attack():
        async with _socket(server, "10.5.0.1") as honest, _socket(server, "10.5.0.2") as hostile:
            await _shown(honest)
            asked = BackMsg()
            asked.rerun_script.page_name = "history"
            flood = [hostile.send(asked.SerializeToString()) for _ in range(500)]
            sending = asyncio.gather(*flood, return_exceptions=True)
            began = time.monotonic()
            for _ in range(3):
                await _shown(honest, "cost")
            assert time.monotonic() - began < 10
            sending.cancel()

    asyncio.run(attack())


def _put(server, session, file, megabytes, cookie):
    """The status of an upload, whose body is sent as far as the server reads it."""
    connection = http.client.HTTPConnection("127.0.0.1", _port(server), timeout=20)
    head = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.png"\r\n'
        b"Content-Type: image/png\r\n\r\n"
    )
    size = int(megabytes * MEGABYTE)
    connection.putrequest("PUT", f"/_stcore/upload_file/{session}/{file}")
    for name, value in {
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(len(head) + size + 9),
        "Cookie": f"_streamlit_xsrf={cookie}",
        "X-Xsrftoken": cookie,
        "X-Forwarded-For": "10.6.0.1",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        # what is refused by its headers may end before its body
        with suppress(BrokenPipeError, ConnectionResetError):
            if megabytes < MOST_SENT:
                connection.send(head + bytes(size) + b"\r\n--x--\r\n")
        return connection.getresponse().status
    finally:
        connection.close()


def test_uploads_past_the_widget_are_refused_and_memory_goes_back(server):
    with urllib.request.urlopen(f"{server.url}/_stcore/health") as answer:  # noqa: S310
        cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]

    async def attack():
        async with _socket(server, "10.6.0.1") as socket:
            session = await _shown(socket, "history")
            # a page without an upload
            assert 403 == await asyncio.to_thread(_put, server, session, "early", 1, cookie)
            session = await _shown(socket, "features", "pooling=max&head=gap&seeds=1") or session
            before = server.process.memory_info().rss
            large = [
                await asyncio.to_thread(_put, server, session, f"large{n}", 195, cookie)
                for n in range(8)
            ]
            small = [
                await asyncio.to_thread(_put, server, session, f"small{n}", 1.9, cookie)
                for n in range(8)
            ]
            grown = server.process.memory_info().rss - before
            # the page that is shown now takes none
            await _shown(socket, "cost")
            late = await asyncio.to_thread(_put, server, session, "late", 1, cookie)
            return large, small, late, grown

    large, small, late, grown = asyncio.run(attack())
    assert [413] * 8 == large
    assert [204] * 3 + [429] * 5 == small
    assert 403 == late
    assert grown < 60 * MEGABYTE


def test_ready_says_that_the_store_cannot_be_written(server):
    store = server.home / "runs.db"
    kept = store.read_bytes() if store.exists() else None
    store.write_bytes(b"no store" * 1_000)
    try:
        assert 503 == _status(server)
    finally:
        store.unlink()
        if kept is not None:
            store.write_bytes(kept)
    assert 200 == _status(server)
