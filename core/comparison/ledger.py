"""The cost ledger as plain rows: one network in full, or one quantity of several networks."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.catalog import Head
from core.comparison import Arm
from core.errors import ConfigError
from core.network import Architecture, Layer, describe, describe_model
from core.words import size


@dataclass(frozen=True, slots=True)
class Column:
    """One quantity of a layer.

    Attributes:
        name: field of `Layer`, and key in JSON.
        heading: heading in a table, with its unit.
        counted: how it is counted, and what it leaves out.
    """

    name: str
    heading: str
    counted: str


LEDGER_COLUMNS = (
    Column("name", "layer", "Path of the layer in the network."),
    Column("kind", "kind", "What the layer does."),
    Column("shape", "output", "Channels × rows × columns, or units."),
    Column("parameters", "parameters", "Learned numbers; every one is included."),
    Column(
        "macs",
        "MACs",
        "Multiply-accumulate operations for one image: convolutions and dense layers, and those "
        "within a pool. Batch norm and ReLU are not counted.",
    ),
    Column(
        "pooling_ops",
        "pooling operations",
        "Comparisons, additions, multiplications, exponentials and roots of the pool as its "
        "formula is written, for one image.",
    ),
    Column(
        "receptive_field",
        "receptive field, px",
        "Input rows that one output cell can see, by the formula for an endless image: at a border "
        "zeros stand for some, or with circular padding rows of the other side.",
    ),
    Column("jump", "jump, px", "Input pixels between neighbouring output cells."),
    Column("dropped", "dropped", "Rows and columns of its input that no window reads."),
    Column(
        "activation_bytes", "memory, bytes", "Output of the layer for one image, as 32-bit floats."
    ),
)

QUANTITIES = tuple(column for column in LEDGER_COLUMNS if column.name not in ("name", "kind"))


def architecture_of(arm: Arm) -> Architecture:
    """The layers of an arm's network."""
    return describe(arm.experiment)


def on_square_images(arm: Arm, head: Head, side: int) -> Architecture | None:
    """The layers of an arm's network with another head on images of side x side pixels.

    None where the map shrinks away before the head.
    """
    channels = arm.experiment.input_shape[0]
    model = arm.experiment.with_flat(head=head).model
    with suppress(ConfigError):
        return describe_model(model, (channels, side, side), arm.experiment.classes)
    return None


def row(layer: Layer) -> dict[str, object]:
    """A layer as plain data: name of the column -> value."""
    return {column.name: getattr(layer, column.name) for column in LEDGER_COLUMNS}


def readable(layer: Layer) -> dict[str, object]:
    """A layer in readable form: heading of the column -> value, with shapes as text."""
    return {column.heading: _shown(layer, column.name) for column in LEDGER_COLUMNS}


def side_by_side(
    arms: Sequence[tuple[str, Architecture]], quantity: Column
) -> list[dict[str, object]]:
    """One quantity of several networks, with a row for each layer that any of them has.

    Args:
        arms: heading and layers of each network.
        quantity: the quantity.

    Returns:
        Rows with "layer", one entry per network (None where it has no such layer), and "differs".
    """
    rows = []
    for name in layer_names([network for _, network in arms]):
        values = {heading: _of(network, name, quantity) for heading, network in arms}
        differs = len(set(values.values())) > 1
        rows.append({"layer": name, **values, "differs": "≠" if differs else ""})
    return rows


def layer_names(networks: Sequence[Architecture]) -> list[str]:
    """Names of the layers of several networks, in order; one missing from some is in its place."""
    names = dict.fromkeys(layer.name for network in networks for layer in network.layers)
    return sorted(names, key=lambda name: (_part(name), _place(name, networks)))


def _part(name: str) -> tuple[int, str]:
    """Sort key of input, blocks and head, in the order in which data pass them."""
    part = name.split(".", maxsplit=1)[0]
    return {"input": (0, ""), "head": (2, "")}.get(part, (1, part))


def _place(name: str, networks: Sequence[Architecture]) -> float:
    """Mean relative position of a layer within its part, over the networks that have it."""
    prefix = f"{name.partition('.')[0]}."
    parts = [
        [layer.name for layer in network.layers if layer.name.startswith(prefix)]
        for network in networks
    ]
    places = [part.index(name) / len(part) for part in parts if name in part]
    return sum(places) / len(places)


def _of(network: Architecture, name: str, quantity: Column) -> object:
    layer = next((layer for layer in network.layers if layer.name == name), None)
    return None if layer is None else _shown(layer, quantity.name)


def _shown(layer: Layer, name: str) -> object:
    value = getattr(layer, name)
    match name:
        case "shape":
            return " × ".join(map(str, value))
        case "dropped":
            return size(*value) if any(value) else "0"
        case "kind":
            return str(value)
    return value
