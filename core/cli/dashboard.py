"""`dashboard`: open the Streamlit app of this checkout."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import typer

from core import settings
from core.cli.app import Json, app
from core.cli.report import document
from core.config.talk import read_talk
from core.errors import PoolscopeError
from core.settings import PROJECT, Mode

SERVER_POLL_SECONDS = 0.2
FIRST_PORT, PORTS = 8501, 20


@app.command("dashboard")
def dashboard(
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=1,
            max=65535,
            help="Port of the server; default: the first free one from 8501 on.",
        ),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
    talk: Annotated[
        bool, typer.Option("--talk", help="Larger type, one scene after another.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Serve the dashboard until it is interrupted. With --json: its address, once it answers."""
    script = PROJECT / "app.py"
    if not script.is_file():
        raise PoolscopeError(
            "the dashboard needs a checkout of Poolscope, because app.py and pages/ are not part "
            "of the installed package; clone the repository and run `make run` there"
        )
    chosen = settings.load()
    if talk or chosen.mode is Mode.TALK:
        # report a bad script here, not on the first page
        read_talk(chosen.talk)
    if port is None:
        port = next(filter(_is_free, range(FIRST_PORT, FIRST_PORT + PORTS)), FIRST_PORT)
    if not _is_free(port):
        raise PoolscopeError(f"port {port} is in use; name another one with --port")
    command = [sys.executable, "-m", "streamlit", "run", script.name, f"--server.port={port}"]
    if headless:
        command.append("--server.headless=true")
    status = _serve(command, port, talk=talk, as_json=as_json)
    if status:
        raise typer.Exit(1)


def _serve(command: Sequence[str], port: int, *, talk: bool, as_json: bool) -> int:
    """Run the server until it ends or is interrupted; return its exit status.

    Raises:
        typer.Exit: it was interrupted from the keyboard.
    """
    environment = dict(os.environ)
    if talk:
        environment["POOLSCOPE_MODE"] = Mode.TALK
    # --json reserves stdout for one document
    stdout = sys.stderr if as_json else None
    with subprocess.Popen(command, cwd=PROJECT, stdout=stdout, env=environment) as server:  # noqa: S603 (no shell)
        # ending this command ends the server
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            if as_json:
                _announce(server, f"http://localhost:{port}")
            return server.wait()
        except KeyboardInterrupt:
            # in a terminal, Streamlit received the signal too; elsewhere it did not
            server.terminate()
            server.wait()
            raise typer.Exit from None


def _is_free(port: int) -> bool:
    """Whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) != 0


def _announce(server: subprocess.Popen[bytes], url: str) -> None:
    """Write the address as soon as the server is ready."""
    # bypass a proxy of the environment, which cannot reach localhost
    direct = build_opener(ProxyHandler({}))
    while server.poll() is None:
        with suppress(URLError, OSError):
            direct.open(f"{url}/_stcore/health", timeout=1).close()
            document({"url": url})
            sys.stdout.flush()
            return
        time.sleep(SERVER_POLL_SECONDS)
