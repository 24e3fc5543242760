"""Where finished runs are kept: one SQLite file of one's own, and bundled ones beside it."""

from core.store.bundle import bundled_files
from core.store.checkpoints import Space
from core.store.checks import labels_at_hand
from core.store.exchange import Absorbed, Weights, absorb, write_copy
from core.store.file import FullDiskError, ReadOnlyStoreError, Stamp
from core.store.notes import MOST_LETTERS, Note
from core.store.rescue import repair
from core.store.runstore import RunStore

__all__ = [
    "MOST_LETTERS",
    "Absorbed",
    "FullDiskError",
    "Note",
    "ReadOnlyStoreError",
    "RunStore",
    "Space",
    "Stamp",
    "Weights",
    "absorb",
    "bundled_files",
    "labels_at_hand",
    "repair",
    "write_copy",
]
