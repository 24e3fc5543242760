"""Where finished runs are kept: one SQLite file of one's own, and a bundled one beside it."""

from core.store.checks import labels_at_hand
from core.store.exchange import Absorbed, Weights, absorb, write_copy
from core.store.file import FullDiskError, ReadOnlyStoreError
from core.store.rescue import repair
from core.store.runstore import RunStore

__all__ = [
    "Absorbed",
    "FullDiskError",
    "ReadOnlyStoreError",
    "RunStore",
    "Weights",
    "absorb",
    "labels_at_hand",
    "repair",
    "write_copy",
]
