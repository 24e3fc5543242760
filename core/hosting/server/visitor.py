"""Who asks? A cookie that the server signs, and the address that a request comes from."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import settings
from core.hosting import Visitor

COOKIE = "poolscope_visitor"
COOKIE_SECONDS = 365 * 24 * 3600
VISITOR_HEADER = "x-poolscope-visitor"
"""set by the server for its own pages; whatever a client sends under this name is dropped"""
KEY_BYTES = 32
LOOPBACK = "127.0.0.1"
IPV6_NETWORK_BITS = 64
"""what a provider gives to one customer at least"""


class Visitors:
    """Tells the dashboard who asks, in a header; gives a cookie to whoever has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the visitor."""
        here = settings.load()
        if scope["type"] not in {"http", "websocket"} or not here.hosted:
            await self._app(scope, receive, send)
            return
        signer = Signer(signing_key(here.home), salt=COOKIE)
        name = _signed(signer, HTTPConnection(scope).cookies.get(COOKIE, ""))
        cookie = name or secrets.token_urlsafe(16)
        visitor = Visitor(cookie, address_of(scope, here.proxies))
        told = f"{visitor.cookie} {visitor.address}".encode()
        headers = [pair for pair in scope["headers"] if pair[0] != VISITOR_HEADER.encode()]
        scope = {
            **scope,
            "headers": [*headers, (VISITOR_HEADER.encode(), told)],
            "poolscope.visitor": visitor,
        }

        async def send_with_cookie(message: Message) -> None:
            if name is None and _may_carry_a_cookie(message):
                signed = signer.sign(cookie).decode()
                MutableHeaders(scope=message).append("set-cookie", _cookie(signed, scope))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def visitor_of(scope: Scope) -> Visitor:
    """The visitor that `Visitors` found; on one's own machine there is only one."""
    found: Visitor = scope.get("poolscope.visitor", Visitor("", ""))
    return found


def parsed(header: str | None) -> Visitor:
    """The visitor that the header names; without one, the only one of one's own machine."""
    cookie, _, address = (header or "").partition(" ")
    return Visitor(cookie, address)


def _signed(signer: Signer, value: str) -> str | None:
    with suppress(BadSignature):
        return signer.unsign(value).decode()
    return None


def _may_carry_a_cookie(message: Message) -> bool:
    """Whether this begins a page or a session: what is cached for everybody carries no cookie."""
    if message["type"] == "websocket.accept":
        message.setdefault("headers", [])
        return True
    return message["type"] == "http.response.start" and Headers(raw=message["headers"]).get(
        "content-type", ""
    ).startswith("text/html")


def _cookie(signed: str, scope: Scope) -> str:
    secure = "; Secure" if scope.get("scheme") in {"https", "wss"} else ""
    path = scope.get("root_path") or "/"
    return (
        f"{COOKIE}={signed}; Max-Age={COOKIE_SECONDS}; Path={path}; HttpOnly; SameSite=Lax{secure}"
    )


@lru_cache(maxsize=8)
def signing_key(home: Path) -> bytes:
    """The key that signs cookies, kept beside the store so that visitors outlive a restart.

    Where the folder cannot be written, a key for this process alone.
    """
    path = home / "visitors.key"
    fresh = home / f".{path.name}.{secrets.token_hex(8)}"
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
                f.write(secrets.token_bytes(KEY_BYTES))
            # of two servers that start at once the first wins, and neither reads half a key
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
        return path.read_bytes()
    except OSError:
        return secrets.token_bytes(KEY_BYTES)


def address_of(scope: Scope, proxies: str) -> str:
    """The address of the client.

    Args:
        scope: of a request or websocket.
        proxies: how many proxies pass requests on, or their addresses and networks.
    """
    forwarded = [
        _without_port(entry.strip())
        for value in Headers(scope=scope).getlist("x-forwarded-for")
        for entry in value.split(",")
    ]
    peer: str = (scope.get("client") or ("",))[0]
    if peer in forwarded:
        # uvicorn believes any proxy on this machine, and has put its word in place of the peer
        peer = LOOPBACK
    client = _client([*forwarded, peer], proxies)
    return _network(client if _parsed_address(client) else peer)


def _client(chain: Sequence[str], proxies: str) -> str:
    """The last address of a chain that is not a proxy's."""
    if not proxies or proxies.isdecimal():
        return chain[max(len(chain) - 1 - int(proxies or 0), 0)]
    trusted = [ip_network(entry.strip(), strict=False) for entry in proxies.split(",") if entry]
    return next((entry for entry in reversed(chain) if not _within(entry, trusted)), chain[0])


def _within(entry: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    address = _parsed_address(entry)
    return address is not None and any(address in network for network in networks)


def _without_port(entry: str) -> str:
    """An address as it is; some proxies write its port, too."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    with suppress(ValueError):
        found = ip_address(text)
        return getattr(found, "ipv4_mapped", None) or found
    return None


def _network(text: str) -> str:
    """The address, or the network of an IPv6 address; what is neither stays as it is."""
    address = _parsed_address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return text if address is None else str(address)
