"""Where dropout can be placed in a network."""

from dataclasses import dataclass

from core.catalog.names import DropoutPosition


@dataclass(frozen=True, slots=True)
class DropoutEntry:
    """Facts about one dropout position: its public name, its label and a sentence about it."""

    name: DropoutPosition
    label: str
    sentence: str


_ENTRIES = (
    DropoutEntry(DropoutPosition.NONE, "no dropout", "nothing is dropped"),
    DropoutEntry(DropoutPosition.INPUT, "dropout on the input", "pixels of the image are dropped"),
    DropoutEntry(
        DropoutPosition.BEFORE_POOL,
        "dropout before each pool",
        "activations are dropped before the pool of every block",
    ),
    DropoutEntry(
        DropoutPosition.AFTER_POOL,
        "dropout after each pool",
        "activations are dropped after the pool of every block",
    ),
    DropoutEntry(
        DropoutPosition.AFTER_LAST_POOL,
        "dropout after the last pool",
        "activations are dropped once, after the last pool",
    ),
    DropoutEntry(
        DropoutPosition.HEAD,
        "dropout in the head",
        "values are dropped once, just before the last dense layer",
    ),
)

DROPOUT_POSITIONS: dict[DropoutPosition, DropoutEntry] = {entry.name: entry for entry in _ENTRIES}
