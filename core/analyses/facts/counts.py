"""How many parameters are learned, and how many operations does an image take?"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from torch import nn

from core.analyses import Fact
from core.analyses.facts.registry import FACT_CHANNELS, FACT_CLASSES, exact
from core.catalog import POOLINGS, Head, Pooling
from core.config import ModelConfig
from core.network import describe_model
from core.network.build import build_model
from core.network.pooling import make_pooling
from core.words import inside, join

_LEARNS_NOTHING = (
    *(Pooling.MAX, Pooling.AVERAGE, Pooling.MIN, Pooling.MEDIAN, Pooling.LP, Pooling.LSE),
    *(Pooling.BLUR_MAX, Pooling.BLUR_AVERAGE),
)
_LEARNS = (Pooling.MIXED, Pooling.GATED, Pooling.GEM, Pooling.LIP, Pooling.CONV)


def _learned(names: Iterable[Pooling]) -> dict[str, int]:
    return {
        str(name): sum(p.numel() for p in make_pooling(name, FACT_CHANNELS).parameters())
        for name in names
    }


def _name(name: str) -> str:
    return inside(POOLINGS[Pooling(name)].label)


def _counted(counts: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    return tuple({"operator": name, "parameters": count} for name, count in counts.items())


@exact("parameters-fixed")
def _parameters_fixed() -> Fact:
    counts = _learned(_LEARNS_NOTHING)
    return Fact(
        holds=not any(counts.values()),
        sentence=f"On {FACT_CHANNELS} channels {join([_name(name) for name in counts])} have "
        f"{sum(counts.values())} learned numbers.",
        rows=_counted(counts),
    )


@exact("parameters-learned")
def _parameters_learned() -> Fact:
    counts = _learned(_LEARNS)
    listed = join([f"{_name(name)} {count:,}" for name, count in counts.items()])
    return Fact(
        holds=not any(counts.values()),
        sentence=f"Learned numbers on {FACT_CHANNELS} channels: {listed}.",
        rows=_counted(counts),
    )


@exact("dense-factor")
def _dense_factor() -> Fact:
    rows: list[dict[str, Any]] = []
    for side in (8, 28, 32):
        weights = {
            head: _dense_weights(head, side, Pooling.MAX) for head in (Head.FLATTEN, Head.GAP)
        }
        cells = (side // 4) ** 2
        rows.append(
            {
                "image": f"{side} × {side}",
                "Flatten": weights[Head.FLATTEN],
                "GAP": weights[Head.GAP],
                "H × W": cells,
            }
        )
    first = rows[0]
    return Fact(
        holds=all(row["Flatten"] == row["GAP"] * row["H × W"] for row in rows),
        sentence=f"On 8 × 8 images Flatten has {first['Flatten']:,} weights, GAP {first['GAP']:,}: "
        f"{first['H × W']} times fewer; on 28 × 28, {rows[1]['H × W']} times.",
        rows=tuple(rows),
    )


def _dense_weights(head: Head, side: int, pooling: Pooling) -> int:
    """Number of weights of the first dense layer, counted in the built network."""
    config = ModelConfig(head=head, pooling=pooling)
    model = build_model(config, (1, side, side), FACT_CLASSES)
    dense = next(module for module in model.modules() if isinstance(module, nn.Linear))
    return dense.weight.numel()


_SIDES = (8, 16, 32, 64, 128)


def _growth() -> list[dict[str, Any]]:
    return [
        {
            "image": f"{side} × {side}",
            **{str(h): _dense_weights(h, side, Pooling.NONE) for h in (Head.FLATTEN, Head.GAP)},
        }
        for side in _SIDES
    ]


@exact("flatten-grows")
def _flatten_grows() -> Fact:
    rows = _growth()
    counts = [row["flatten"] for row in rows]
    return Fact(
        holds=all(after == 4 * before for before, after in pairwise(counts)),
        sentence=f"From 8 × 8 to 128 × 128 the weights after Flatten grow from {counts[0]:,} to "
        f"{counts[-1]:,}.",
        rows=tuple(rows),
    )


@exact("gap-grows")
def _gap_grows() -> Fact:
    rows = _growth()
    counts = [row["gap"] for row in rows]
    return Fact(
        holds=counts[-1] > counts[0],
        sentence=f"Those after GAP stay {counts[0]:,}.",
        rows=tuple(rows),
    )


LARGE_SIDE = 32
"""smallest side of a map at which the ratio is at least a hundred"""


@exact("conv-fewer")
def _conv_fewer() -> Fact:
    rows: list[dict[str, Any]] = []
    sides = (2, 4, 8, 16, 32, 64)
    for side in sides:
        convolution = nn.Conv2d(FACT_CHANNELS, FACT_CHANNELS, 3).requires_grad_(requires_grad=False)
        counted = sum(p.numel() for p in convolution.parameters())
        # computed instead of built: at 64 x 64 the layer would take 256 GiB
        inputs = FACT_CHANNELS * side * side
        dense = inputs * inputs + inputs
        rows.append({"map": f"64 × {side} × {side}", "convolution": counted, "dense": dense})
    large = [row for row, side in zip(rows, sides, strict=True) if side >= LARGE_SIDE]
    return Fact(
        holds=all(row["convolution"] < row["dense"] for row in rows)
        and all(100 * row["convolution"] < row["dense"] for row in large),
        sentence=f"Between maps of 64 × 32 × 32 a convolution has {rows[4]['convolution']:,} "
        f"parameters, a dense layer {rows[4]['dense']:,}.",
        rows=tuple(rows),
    )


def _macs(pooling: Pooling) -> int:
    return describe_model(ModelConfig(pooling=pooling), (1, 28, 28), FACT_CLASSES).totals.macs


def _compare_macs(other: Pooling) -> Fact:
    top, bottom = _macs(Pooling.MAX), _macs(other)
    return Fact(
        holds=top < bottom,
        sentence=f"For one image of 28 × 28: {top:,} MACs with max, {bottom:,} with {other}.",
        rows=({"strategy": "max", "MACs": top}, {"strategy": str(other), "MACs": bottom}),
    )


@exact("macs-none")
def _macs_none() -> Fact:
    return _compare_macs(Pooling.NONE)


@exact("macs-strided")
def _macs_strided() -> Fact:
    return _compare_macs(Pooling.STRIDED)
