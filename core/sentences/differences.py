"""What else changed? Everything in which two networks differ besides the visitor's choice."""

from dataclasses import dataclass

from core.catalog import HEADS, POOLINGS, Head, Pooling
from core.comparison import Arm
from core.comparison.ledger import architecture_of
from core.network import Architecture, LayerKind
from core.words import count, inside, macs, size

MATCHED = 1.5
"""a head with up to this many times the parameters of a GAP head counts as matched"""


@dataclass(frozen=True, slots=True)
class Change:
    """One quantity that differs, as text with its unit, and the ratio of second to first."""

    what: str
    first: str
    second: str
    ratio: float | None


@dataclass(frozen=True, slots=True)
class _Quantity:
    what: str
    number: float | None
    shown: str


def what_else(first: Arm, second: Arm) -> tuple[Change, ...]:
    """The quantities in which two networks differ, in the order of the ledger."""
    pairs = zip(_quantities(first), _quantities(second), strict=True)
    return tuple(
        Change(
            one.what,
            one.shown,
            other.shown,
            other.number / one.number if one.number and other.number else None,
        )
        for one, other in pairs
        if one.shown != other.shown
    )


def matched_control(first: Arm, second: Arm) -> str | None:
    """A sentence that names a closer control for two networks; None if none is known."""
    poolings = {first.pooling, second.pooling}
    if Pooling.CONV in poolings and Pooling.CONV_MAX not in poolings and len(poolings) > 1:
        return (
            "conv adds learned convolutions. conv-max adds the same ones and keeps the max pool: "
            "compare conv with conv-max to see what the pool does."
        )
    heads = {first.head, second.head}
    if heads == {Head.GAP, Head.FLATTEN}:
        arm = first if first.head is Head.FLATTEN else second
        matched = Arm(arm.experiment.with_flat(head=Head.FLATTEN_MATCHED))
        ratio = architecture_of(matched).head_ratio
        if ratio <= MATCHED:
            return (
                f"flatten-matched keeps positions with {ratio:.2f} times the parameters of the GAP "
                f"head: compare with it to rule out the number of parameters."
            )
        return (
            f"flatten-matched is no match at this map size: with its 1 × 1 convolution it has "
            f"{ratio:.1f} times the parameters of the GAP head."
        )
    return None


def _quantities(arm: Arm) -> list[_Quantity]:
    network, model = architecture_of(arm), arm.experiment.model
    totals, pool = network.totals, POOLINGS[model.pooling]
    blocks = [layer for layer in network.layers if layer.name.startswith("block")]
    last = blocks[-1]
    learned = sum(layer.parameters for layer in blocks if layer.kind is LayerKind.POOL)
    dropped = _dropped(network)
    _, height, width = last.shape
    return [
        _Quantity("parameters", totals.parameters, count(totals.parameters)),
        _Quantity("parameters of the pools", learned, count(learned)),
        _Quantity(
            "parameters of the head", network.head_parameters, count(network.head_parameters)
        ),
        _Quantity("MACs per image", totals.macs, macs(totals.macs)),
        _Quantity("pooling operations per image", totals.pooling_ops, macs(totals.pooling_ops)),
        _Quantity("activations, bytes", totals.activation_bytes, count(totals.activation_bytes)),
        _Quantity(
            "receptive field after the blocks, px", last.receptive_field, str(last.receptive_field)
        ),
        _Quantity("jump after the blocks, px", last.jump, str(last.jump)),
        _Quantity("map before the head", height * width, size(height, width)),
        _Quantity("rows and columns that no window reads", None, dropped),
        _Quantity("head", None, inside(HEADS[model.head].label)),
        _Quantity("chance while training", None, "yes" if pool.random else "no"),
    ]


def _dropped(network: Architecture) -> str:
    rows, columns = (sum(layer.dropped[axis] for layer in network.layers) for axis in (0, 1))
    return f"{rows} and {columns}"
