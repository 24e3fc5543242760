"""What tests read of the bundled runs."""

from pathlib import Path

from core.settings import PROJECT
from core.store import RunStore, bundled_files

GALLERY = PROJECT / "assets" / "gallery"
FILES: tuple[Path, ...] = tuple(bundled_files(GALLERY))


def bundled() -> RunStore:
    """The bundled runs beside a store that has none and is never made."""
    return RunStore(PROJECT / "build" / "none.db", GALLERY)
