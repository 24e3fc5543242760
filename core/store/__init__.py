"""Where finished runs are kept: one SQLite file of one's own, and a bundled one beside it."""

from core.store.runstore import Absorbed, RunStore

__all__ = ["Absorbed", "RunStore"]
