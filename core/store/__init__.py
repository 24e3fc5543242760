"""Where finished runs are kept: one SQLite file of one's own, and a bundled one beside it."""

from core.store.runstore import RunStore

__all__ = ["RunStore"]
