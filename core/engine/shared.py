"""The one engine of this process, which all its sessions and pages share."""

from threading import Lock

from core import settings
from core.engine.engine import Engine
from core.engine.order import MOST_DEATHS
from core.store import RunStore


class _Shared:
    """Holds the engine between `shared_engine` and `close_shared_engine`."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.engine: Engine | None = None
        self.warms = False


_shared = _Shared()


def shared_engine() -> Engine:
    """The engine of this process, created from the settings by the first call.

    It is closed by `close_shared_engine`, or when the program ends.

    Raises:
        ConfigError: a setting has a value that is not allowed.
    """
    with _shared.lock:
        if _shared.engine is None:
            loaded = settings.load()
            _shared.engine = Engine(
                RunStore(
                    loaded.store,
                    loaded.gallery,
                    max_pages=loaded.max_pages,
                    checkpoint_bytes=loaded.checkpoint_bytes,
                ),
                loaded.workers,
                loaded.scheduler,
                loaded.device,
                # what strangers ask for is not retried
                deaths=1 if loaded.hosted else MOST_DEATHS,
            )
        return _shared.engine


def serve_pages() -> None:
    """Say that this process serves pages, whose visitors train on a click."""
    _shared.warms = not settings.load().hosted


def expect_training() -> None:
    """Start the workers if this process serves pages, so that they are ready at the click.

    A hosted dashboard waits for the click: what nobody asked for costs nothing there.
    """
    if _shared.warms:
        shared_engine().warm()


def shared_engine_problem() -> str | None:
    """Why the engine of this process cannot train anything, in a sentence; None if it can."""
    engine = _shared.engine
    return engine.problem if engine is not None else None


def close_shared_engine() -> None:
    """Close the engine of this process, if there is one; the next call creates a new one."""
    with _shared.lock:
        engine, _shared.engine = _shared.engine, None
    if engine is not None:
        engine.close()
