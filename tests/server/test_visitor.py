"""Is a visitor the same after a reload, and can nobody be somebody else?"""

from http.cookies import SimpleCookie

import pytest
from itsdangerous import Signer
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient

from core.hosting.server.visitor import (
    COOKIE,
    VISITOR_HEADER,
    Visitors,
    address_of,
    parsed,
    signing_key,
    visitor_of,
)


async def echo(scope, receive, send):
    """A page that says who asked, as the pages of the dashboard are told."""
    told = [value.decode() for name, value in scope["headers"] if name == VISITOR_HEADER.encode()]
    kind = PlainTextResponse if scope["path"] == "/plain" else HTMLResponse
    await kind("\n".join(told))(scope, receive, send)


@pytest.fixture
def hosted(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_MODE", "hosted")
    monkeypatch.setenv("POOLSCOPE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def client(hosted):
    return TestClient(Visitors(echo))


def test_a_browser_stays_the_same_visitor(client):
    first = parsed(client.get("/").text)
    assert parsed(client.get("/").text) == first
    assert parsed(TestClient(Visitors(echo)).get("/").text).cookie != first.cookie


def test_the_cookie_is_for_the_server_alone(client):
    given = SimpleCookie(client.get("/").headers["set-cookie"])[COOKIE]
    assert given["httponly"]
    assert "Lax" == given["samesite"]
    assert not given["secure"]
    secure = TestClient(Visitors(echo), base_url="https://testserver").get("/")
    assert SimpleCookie(secure.headers["set-cookie"])[COOKIE]["secure"]


def test_a_known_browser_is_given_no_second_cookie(client):
    client.get("/")
    assert "set-cookie" not in client.get("/").headers


def test_what_is_cached_for_everybody_carries_no_cookie(client):
    assert "set-cookie" not in client.get("/plain").headers


@pytest.mark.parametrize(
    "forged",
    [
        "someone",
        "someone.c2lnbmF0dXJl",
        Signer(b"another key", salt=COOKIE).sign("someone").decode(),
        ".",
        "",
        "ä",
    ],
)
def test_a_forged_cookie_is_replaced(client, forged):
    answer = client.get("/", headers={"cookie": f"{COOKIE}={forged}".encode()})
    assert "someone" not in parsed(answer.text).cookie
    assert COOKIE in answer.headers["set-cookie"]


def test_nobody_names_a_visitor_in_a_header(client):
    told = client.get("/", headers={VISITOR_HEADER: "someone 1.2.3.4"}).text
    assert 1 == len(told.splitlines())
    assert "someone" not in told


def test_visitors_outlive_a_restart(client, hosted):
    first = parsed(client.get("/").text)
    signing_key.cache_clear()
    assert parsed(client.get("/").text) == first
    assert 0o600 == (hosted / "visitors.key").stat().st_mode & 0o777
    assert ["visitors.key"] == [path.name for path in hosted.iterdir()]


def test_where_no_key_can_be_kept_the_process_has_one(tmp_path):
    (tmp_path / "file").write_text("")
    assert signing_key(tmp_path / "file" / "below") == signing_key(tmp_path / "file" / "below")


def test_on_ones_own_machine_nobody_is_given_a_cookie(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "local")
    answer = TestClient(Visitors(echo)).get("/")
    assert "set-cookie" not in answer.headers
    assert ("", "") == (visitor_of({}).cookie, visitor_of({}).address)


def asked_from(peer, *forwarded):
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": (peer, 0), "headers": headers}


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ("", "9.9.9.9", [], "9.9.9.9"),
        # nobody has said that there is a proxy
        ("", "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        # what uvicorn makes of the word of a client on this machine
        ("", "1.2.3.4", ["1.2.3.4"], "127.0.0.1"),
        ("", "1.2.3.4", ["1.2.3.4:99"], "127.0.0.1"),
        ("0", "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        ("1", "10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        # what the client wrote itself stands further left
        ("1", "10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        ("1", "10.0.0.1", ["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
        ("2", "10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        ("2", "10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("1", "10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("1", "10.0.0.1", ["1.2.3.4:5678"], "1.2.3.4"),
        ("10.0.0.0/8", "10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        ("10.0.0.1, 10.0.0.2", "10.0.0.1", ["6.6.6.6, 10.0.0.3"], "10.0.0.3"),
        # not through the proxy
        ("10.0.0.1", "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        ("127.0.0.1", "1.2.3.4", ["1.2.3.4"], "1.2.3.4"),
        ("1", "10.0.0.1", ["[2001:db8:1:2:3:4:5:6]:99"], "2001:db8:1:2::/64"),
        ("", "2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("", "::ffff:9.9.9.9", [], "9.9.9.9"),
    ],
)
def test_the_address_is_the_clients(proxies, peer, forwarded, expected):
    assert expected == address_of(asked_from(peer, *forwarded), proxies)
