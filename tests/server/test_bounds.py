"""Are places, sockets and uploads bounded? One piece of middleware at a time, without a network."""

import asyncio
from contextlib import ExitStack

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from core import settings
from core.hosting.server import sockets, uploads
from core.hosting.server.headers import SecurityHeaders, policy
from core.hosting.server.health import store_problem
from core.hosting.server.notices import full, idle
from core.hosting.server.places import Places
from core.hosting.server.sockets import Sockets, Wire
from core.hosting.server.uploads import Allowance, UploadBook, Uploads
from core.store import RunStore

PAGE = {"Accept": "text/html"}


@pytest.fixture
def hosted(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_MODE", "hosted")
    monkeypatch.setenv("POOLSCOPE_HOME", str(tmp_path))
    return monkeypatch


async def inside(scope, receive, send):
    await PlainTextResponse("inside")(scope, receive, send)


class Recorder:
    """A wire that takes `click` for a person's doing, and remembers which sessions were closed."""

    def __init__(self):
        self.closed = []

    @property
    def wire(self):
        return Wire(
            lambda content: content == b"click",
            lambda content: "session" if content == b"hello" else None,
            b"farewell",
            self.closed.append,
        )


def test_who_comes_when_all_places_are_taken_reads_so(hosted):
    hosted.setenv("POOLSCOPE_SESSIONS", "1")
    places = Places()
    client = TestClient(Sockets(inside, places, Recorder().wire))
    assert "inside" == client.get("/", headers=PAGE).text
    with places.taken("somebody"):
        answer = client.get("/", headers=PAGE)
        assert (503, "30") == (answer.status_code, answer.headers["retry-after"])
        assert "As many visitors as this" in answer.text
        assert "(1)" in answer.text
        # parts of a page that somebody has open
        assert "inside" == client.get("/plotly.js").text
        hosted.setenv("POOLSCOPE_MODE", "local")
        assert "inside" == client.get("/", headers=PAGE).text


def test_one_network_leaves_places_to_others(hosted):
    hosted.setenv("POOLSCOPE_SESSIONS", "10")
    hosted.setenv("POOLSCOPE_ADDRESS_SESSIONS", "20")
    here, places = settings.load(), Places()
    taken = 0
    with ExitStack() as stack:
        while places.refusal("crowd", here) is None:
            stack.enter_context(places.taken("crowd"))
            taken += 1
        assert 8 == taken
        assert places.refusal_of_a_newcomer(here) is None
        stack.enter_context(places.taken("first"))
        stack.enter_context(places.taken("second"))
        assert "As many visitors" in places.refusal_of_a_newcomer(here)
    assert places.refusal("crowd", here) is None


def test_one_network_has_a_limit(hosted):
    hosted.setenv("POOLSCOPE_ADDRESS_SESSIONS", "1")
    here, places = settings.load(), Places()
    with places.taken("crowd"):
        assert "Your network has 1 page open" in places.refusal("crowd", here)
        assert places.refusal("other", here) is None


def test_a_server_short_of_memory_lets_nobody_else_in(hosted):
    hosted.setattr("core.hosting.server.places.over_memory", lambda: True)
    client = TestClient(Sockets(inside, Places(), Recorder().wire))
    answer = client.get("/", headers=PAGE)
    assert 503 == answer.status_code
    assert "memory" in answer.text


def run_socket(app, incoming, wire, *, gap=0.0):
    """Serve one websocket whose client sends messages; what it was sent, until it ends."""
    sent = []

    async def serve():
        queue = [{"type": "websocket.connect"}, *incoming]

        async def receive():
            if not queue:
                await asyncio.sleep(30)
            if len(queue) < 1 + len(incoming):
                await asyncio.sleep(gap)
            return queue.pop(0)

        async def send(message):
            sent.append(message)

        scope = {"type": "websocket", "headers": [], "path": "/"}
        await Sockets(app, Places(), wire)(scope, receive, send)
        await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(serve(), 10))
    return sent


async def echoing(scope, receive, send):
    """An application that says hello and then hears messages until the end."""
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "bytes": b"hello"})
        elif message["type"] == "websocket.disconnect":
            return
        else:
            await send({"type": "websocket.send", "bytes": b"heard"})


CLICK, SIGN_OF_LIFE = ({"type": "websocket.receive", "bytes": text} for text in (b"click", b"life"))


@pytest.mark.parametrize("said", [[], [SIGN_OF_LIFE] * 3])
def test_a_socket_on_which_nobody_does_anything_ends(hosted, said):
    hosted.setenv("POOLSCOPE_SILENT_SECONDS", "0.2")
    recorder = Recorder()
    sent = run_socket(echoing, said, recorder.wire, gap=0.02)
    assert {"type": "websocket.close", "code": 1008, "reason": "idle"} == sent[-1]
    assert ["session"] == recorder.closed


def test_an_idle_page_is_told_and_its_session_ends(hosted):
    hosted.setenv("POOLSCOPE_IDLE_SECONDS", "0.3")
    recorder = Recorder()
    # parts of the page renew themselves meanwhile
    sent = run_socket(echoing, [CLICK, *[SIGN_OF_LIFE] * 20], recorder.wire, gap=0.1)
    assert [b"farewell"] == [each.get("bytes") for each in sent[-2:-1]]
    assert 1001 == sent[-1]["code"]
    assert ["session"] == recorder.closed


def test_messages_pass_at_a_steady_rate(hosted, monkeypatch):
    monkeypatch.setattr(sockets, "MESSAGES_A_SECOND", 100)
    monkeypatch.setattr(sockets, "MESSAGES_AT_ONCE", 5)
    hosted.setenv("POOLSCOPE_IDLE_SECONDS", "0.3")

    async def timed():
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def receive():
            return CLICK

        async def send(message):
            pass

        socket = sockets._Socket(receive, send, Recorder().wire, settings.load())
        for _ in range(25):
            await socket.receive()
        return loop.time() - began

    assert 0.15 < asyncio.run(timed()) < 2


def test_a_client_that_reads_nothing_is_gone(hosted, monkeypatch):
    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "CLOSE_SECONDS", 0.1)

    async def serve():
        async def receive():
            await asyncio.sleep(30)

        async def send(message):
            await asyncio.sleep(30)

        socket = sockets._Socket(receive, send, Recorder().wire, settings.load())
        heard = asyncio.create_task(socket.receive())
        await asyncio.sleep(0)
        await socket.send({"type": "websocket.send", "bytes": b"picture"})
        return await heard

    assert "websocket.disconnect" == asyncio.run(asyncio.wait_for(serve(), 5))["type"]


async def storing(scope, receive, send):
    """Reads an upload, and takes it unless its name is `bad`."""
    await Request(scope, receive).body()
    await Response(status_code=400 if scope["path"].endswith("/bad") else 204)(scope, receive, send)


@pytest.fixture
def book():
    book = UploadBook()
    book.allow("s", Allowance(1_000, 2))
    return book


def put(client, file, content=b"x", session="s"):
    return client.put(f"/_stcore/upload_file/{session}/{file}", content=content).status_code


def test_uploads_are_bounded_in_size_and_number(hosted, book):
    client = TestClient(Uploads(storing, book))
    assert 413 == put(client, "big", b"x" * 6_000)
    assert 403 == put(client, "a", session="other")
    assert 411 == put(client, "stream", iter([b"x"]))
    assert [204, 204, 429] == [put(client, name) for name in "abc"]
    # the same file again takes no second place
    assert 204 == put(client, "b")
    assert 204 == client.delete("/_stcore/upload_file/s/a").status_code
    assert 204 == put(client, "c")
    book.forget("s")
    assert 0 == book.bytes_held
    assert 403 == put(client, "d")


def test_a_refused_file_leaves_its_room_to_others(hosted, book):
    client = TestClient(Uploads(storing, book))
    assert [400, 400, 400] == [put(client, "bad") for _ in range(3)]
    assert 0 == book.files("s")


def test_all_files_together_are_bounded(hosted, book):
    hosted.setenv("POOLSCOPE_UPLOADS_MEGABYTES", "1")
    for number in range(10):
        book.allow(f"s{number}", Allowance(200_000, 2))
    client = TestClient(Uploads(storing, book))
    answers = [put(client, "a", b"x" * 150_000, f"s{number}") for number in range(10)]
    assert 6 == answers.count(204)
    assert 4 == answers.count(429)


def test_a_slow_upload_gives_its_room_back(hosted, book, monkeypatch):
    monkeypatch.setattr(uploads, "UPLOAD_SECONDS", 0.05)

    async def waiting(scope, receive, send):
        await asyncio.sleep(30)

    assert 408 == put(TestClient(Uploads(waiting, book)), "a")
    assert 0 == book.files("s")


def test_on_ones_own_machine_uploads_are_streamlits_matter(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "local")
    assert 204 == put(TestClient(Uploads(storing, UploadBook())), "a", b"x" * 10_000)


def test_every_answer_has_the_headers(hosted):
    index = "<script>\n  a = 1\n</script>"
    client = TestClient(SecurityHeaders(inside, index))
    headers = client.get("/").headers
    assert "nosniff" == headers["x-content-type-options"]
    assert "same-origin" == headers["referrer-policy"]
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "DENY" == headers["x-frame-options"]
    hosted.setenv("POOLSCOPE_EMBED", "https://example.org https://example.com")
    headers = client.get("/").headers
    assert "x-frame-options" not in headers
    assert headers["content-security-policy"].endswith(
        "frame-ancestors https://example.org https://example.com"
    )


def test_no_script_but_the_servers_own_may_run():
    (scripts,) = [
        each for each in policy(("'sha256-x'",), []).split("; ") if each.startswith("script-src")
    ]
    assert "script-src 'self' blob: 'sha256-x'" == scripts


def test_notices_quote_what_they_are_told():
    assert "<script>" not in full("<script>alert(1)</script>")
    assert 'href="/a?b=&quot;&gt;&lt;c"' in idle('/a?b="><c')


def test_a_store_that_cannot_be_written_is_a_problem(tmp_path):
    path = tmp_path / "home" / "runs.db"
    assert store_problem(path) is None
    RunStore(path).summaries()
    assert store_problem(path) is None
    path.write_bytes(b"no store" * 1_000)
    assert "cannot be written" in store_problem(path)
    (tmp_path / "file").write_text("")
    assert "cannot be written" in store_problem(tmp_path / "file" / "runs.db")
