"""What secures the figures of a run? One digest over its row, in which its parts have theirs.

A row of `runs` holds the SHA-256 of its epochs, its predictions and its weights, and one over all
of the row. So a list checks every figure that it shows, and reads nothing but the rows.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from math import nan
from typing import Any

TEXTS = (
    *("key", "flat", "status", "versions", "device", "capability", "created"),
    *("epochs_sha256", "predictions_sha256", "weights_sha256"),
)
FRACTIONS_AND_SECONDS = ("train_accuracy", "validation_accuracy", "test_accuracy", "seconds")
COUNTS = ("seed", "parameters", "macs", "epochs")
COLUMNS = (*TEXTS, *FRACTIONS_AND_SECONDS, *COUNTS, "sha256")
"""of `runs`, in the order in which they are read; the two others follow from `flat`"""

DIGESTS = ("epochs_sha256", "predictions_sha256", "weights_sha256", "sha256")
"""those that a store of version 1 does not have"""

NO_DIGEST = "none"
"""stands for each of them there"""
_TEXTS, _REALS, _COUNTS = slice(0, 10), slice(10, 14), slice(14, 18)
_NUMBERS = struct.Struct("<4d4q")
_EPOCH = struct.Struct("<q5d")


class DamagedError(Exception):
    """What is stored of a run is not what was put there; the text is the reason."""


def check_row(row: Sequence[Any]) -> None:
    """Compare a row, in the order of `COLUMNS`, with its digest; without one, check its kinds.

    Raises:
        DamagedError: it is not what was put there.
    """
    if row_digest(row) != row[-1] and row[-1] != NO_DIGEST:
        raise DamagedError("the SHA-256 of its figures is not the recorded one")


def row_digest(row: Sequence[Any]) -> str:
    """Over texts and numbers of a row in the order of `COLUMNS`.

    Raises:
        DamagedError: a text or a number is something else.
    """
    reals: Sequence[Any] = row[_REALS]
    if None in reals:
        # SQLite keeps no NaN, so it can stand for what a diverged run does not have
        reals = [nan if value is None else value for value in reals]
    try:
        texts = "\0".join(row[_TEXTS]).encode()
        numbers = _NUMBERS.pack(*reals, *row[_COUNTS])
    except (TypeError, UnicodeError, struct.error) as error:
        raise DamagedError("its row holds other things than texts and numbers") from error
    return hashlib.sha256(texts + numbers).hexdigest()


def epochs_digest(epochs: Iterable[Sequence[object]]) -> str:
    """Over number, two pairs of loss and accuracy, and seconds of each epoch.

    Raises:
        DamagedError: one of them is no number.
    """
    try:
        return digest(b"".join(_EPOCH.pack(*epoch) for epoch in epochs))
    except struct.error as error:
        raise DamagedError("its epochs hold other things than numbers") from error


def analysis_digest(row: Sequence[Any]) -> str:
    """Over what a worker computed: key, kind, settings, content and time."""
    key, kind, settings, content, created = row
    texts = [key, kind, settings, created, ""]
    return digest("\0".join(texts).encode() + content)


def checkpoint_digest(key: str, step: int, accuracy: float, content: bytes) -> str:
    """Over what a checkpoint is of, when it was, and its weights."""
    return digest(b"\0".join((key.encode(), struct.pack("<qd", step, accuracy), content)))


def digest(content: bytes) -> str:
    """The SHA-256, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
