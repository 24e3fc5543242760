"""The computations that decide exact claims, each by its name. They need no training and no data.

Every figure comes from the operators and networks that train, never from a second implementation;
where a formula is claimed, formula and operator are compared.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise, product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.analyses import Fact
from core.architecture import Architecture, LayerKind, describe
from core.catalog import POOLINGS, Combining, Head, Padding, Pooling
from core.config import ModelConfig
from core.model import build_model, generator
from core.operate import additivity, as_convolution, contrast_kept, is_worked, work
from core.pooling import make_pooling
from core.words import inside, join

FACTS: dict[str, Callable[[], Fact]] = {}
"""name -> computation"""

CLASSES = 10
CHANNELS = 64
IMAGES = 32
SIDE = 16
ROUNDING = 1e-4
"""logits of size one that differ by less are the same up to rounding in single precision"""


def fact(name: str) -> Fact:
    """Make a computation.

    Raises:
        KeyError: there is none of this name.
    """
    return FACTS[name]()


def _fact(name: str) -> Callable[[Callable[[], Fact]], Callable[[], Fact]]:
    def register(compute: Callable[[], Fact]) -> Callable[[], Fact]:
        FACTS[name] = compute
        return compute

    return register


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _whole(share: float) -> str:
    return f"{100 * share:.0f} %"


# lines


def _lines() -> list[dict[str, Any]]:
    """What every operator keeps of a thin line's contrast."""
    return [
        {
            "operator": str(name),
            "light line kept, %": _percent(contrast_kept(name, 2, 2, light=True)),
            "dark line kept, %": _percent(contrast_kept(name, 2, 2, light=False)),
        }
        for name, entry in POOLINGS.items()
        # a learned convolution keeps what its weights say
        if is_worked(name) and entry.combining is not Combining.TRANSFORMS
    ]


def _kept(light: bool) -> tuple[float, float]:  # noqa: FBT001 (two pictures, named by the caller)
    first, second = (
        contrast_kept(name, 2, 2, light=light) for name in (Pooling.MAX, Pooling.AVERAGE)
    )
    return first, second


@_fact("light-line")
def _light_line() -> Fact:
    top, mean = _kept(light=True)
    return Fact(
        holds=top == 1 and mean == 0.5,  # noqa: PLR2004 (one column of two)
        sentence=f"Of a light line one pixel wide max keeps {_whole(top)} of the contrast, average "
        f"{_whole(mean)}.",
        rows=tuple(_lines()),
    )


@_fact("dark-line")
def _dark_line() -> Fact:
    top, mean = _kept(light=False)
    return Fact(
        holds=top == 1,
        sentence=f"Of a dark line one pixel wide max keeps {_whole(top)} of the contrast, average "
        f"{_whole(mean)}, min {_whole(contrast_kept(Pooling.MIN, 2, 2, light=False))}.",
        rows=tuple(_lines()),
    )


# gradients


def _distinct(side: int = 8) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A grid in which no two numbers are equal."""
    return np.random.RandomState(0).permutation(side * side).reshape(side, side).astype(float)


@_fact("routing-average")
def _routing_average() -> Fact:
    worked = work(Pooling.AVERAGE, _distinct(), 2, 2)
    share = float((worked.gradient != 0).mean())
    return Fact(
        holds=bool(np.array_equal(worked.gradient, np.full((8, 8), 0.25))),
        sentence=f"Average reaches {_whole(share)} of the inputs, each with 0.25.",
        rows=({"operator": "average", "inputs reached, %": _percent(share)},),
    )


@_fact("routing-max")
def _routing_max() -> Fact:
    grid = _distinct()
    worked = work(Pooling.MAX, grid, 2, 2)
    windows = grid.reshape(4, 2, 4, 2).transpose(0, 2, 1, 3).reshape(16, 4)
    expected = (grid[..., None, None] == windows.max(1).reshape(4, 4)).any((-1, -2))
    share = float((worked.gradient != 0).mean())
    return Fact(
        holds=bool(np.array_equal(worked.gradient, expected.astype(float))),
        sentence=f"Max reaches {_whole(share)} of the inputs: the winner of each window, with 1.",
        rows=({"operator": "max", "inputs reached, %": _percent(share)},),
    )


@_fact("routing-overlap")
def _routing_overlap() -> Fact:
    worked = work(Pooling.MAX, _distinct(9), 3, 2)
    most = float(worked.gradient.max())
    windows = float(worked.outputs.size)
    return Fact(
        holds=most > 1 and float(worked.gradient.sum()) == windows,
        sentence=f"With 3 × 3 windows at stride 2, one input receives {most:.0f}; the sum is "
        f"{windows:.0f}, one for each window.",
    )


@_fact("routing-zero")
def _routing_zero() -> Fact:
    x = torch.full((1, 1, 4, 4), -1.0, requires_grad=True)
    before = torch.relu(x)
    before.retain_grad()
    make_pooling(Pooling.MAX, 1)(before).sum().backward()
    through = torch.zeros(1) if x.grad is None else x.grad
    reached = torch.zeros(1) if before.grad is None else before.grad
    return Fact(
        holds=bool((through == 0).all() and reached.sum() > 0),
        sentence="The pool still sends its gradient to one zero of the window (of equal values, "
        "the first); ReLU lets none of it pass.",
    )


# parameters

_LEARNS_NOTHING = (
    *(Pooling.MAX, Pooling.AVERAGE, Pooling.MIN, Pooling.MEDIAN, Pooling.LP, Pooling.LSE),
    *(Pooling.BLUR_MAX, Pooling.BLUR_AVERAGE),
)
_LEARNS = (Pooling.MIXED, Pooling.GATED, Pooling.GEM, Pooling.LIP, Pooling.CONV)


def _learned(names: Iterable[Pooling]) -> dict[str, int]:
    return {
        str(name): sum(p.numel() for p in make_pooling(name, CHANNELS).parameters())
        for name in names
    }


def _name(name: str) -> str:
    return inside(POOLINGS[Pooling(name)].label)


def _counted(found: Mapping[str, int]) -> tuple[dict[str, Any], ...]:
    return tuple({"operator": name, "parameters": count} for name, count in found.items())


@_fact("parameters-fixed")
def _parameters_fixed() -> Fact:
    found = _learned(_LEARNS_NOTHING)
    return Fact(
        holds=not any(found.values()),
        sentence=f"On {CHANNELS} channels {join([_name(name) for name in found])} have "
        f"{sum(found.values())} learned numbers.",
        rows=_counted(found),
    )


@_fact("parameters-learned")
def _parameters_learned() -> Fact:
    found = _learned(_LEARNS)
    listed = join([f"{_name(name)} {count:,}" for name, count in found.items()])
    return Fact(
        holds=not any(found.values()),
        sentence=f"Learned numbers on {CHANNELS} channels: {listed}.",
        rows=_counted(found),
    )


# receptive fields

FIELD_SIDE = 64
BLOCKS = (4, 4, 4)


def _stack() -> tuple[Architecture, nn.Sequential]:
    """Three blocks of a 3 x 3 convolution and a 2 x 2 pool, on images that hold every field."""
    # average: of a window of max only the winner is seen
    config = ModelConfig(widths=BLOCKS, pooling=Pooling.AVERAGE)
    shape = (1, FIELD_SIDE, FIELD_SIDE)
    return describe(config, shape, CLASSES), build_model(config, shape, CLASSES)


def _seen(model: nn.Sequential) -> dict[str, Tensor]:
    """Layer of the blocks -> absolute gradient (H, W) of its middle cell in the input.

    Without the ReLUs: one that is off would hide cells that others of its kind see.
    """
    found: dict[str, Tensor] = {}
    x = torch.rand(1, 1, FIELD_SIDE, FIELD_SIDE, generator=generator(0, "image")).requires_grad_()
    y = x
    for part_name, part in model.named_children():
        if part_name == "head":
            break
        for name, layer in part.named_children():
            if isinstance(layer, nn.ReLU):
                continue
            y = layer(y)
            middle = y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum()
            (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
            found[f"{part_name}.{name}"] = gradient[0, 0].abs()
    return found


def _fields() -> list[dict[str, Any]]:
    """Field and jump after every convolution and pool, by formula and by gradient."""
    architecture, model = _stack()
    seen = _seen(model)
    return [
        {
            "after": layer.name,
            "field by formula, px": layer.receptive_field,
            "rows by gradient": int((seen[layer.name].sum(1) > 0).sum()),
            "jump, px": layer.jump,
        }
        for layer in architecture.layers
        if layer.kind in {LayerKind.CONVOLUTION, LayerKind.POOL}
    ]


def _agree(rows: list[dict[str, Any]]) -> bool:
    return all(row["field by formula, px"] == row["rows by gradient"] for row in rows)


def _at_pools(rows: list[dict[str, Any]], what: str) -> list[tuple[int, int]]:
    """A figure before and after every pool."""
    return [
        (before[what], after[what])
        for before, after in pairwise(rows)
        if after["after"].endswith(".pool")
    ]


def _steps(pairs: list[tuple[int, int]]) -> str:
    return ", ".join(f"{before} to {after}" for before, after in pairs)


@_fact("field-doubles")
def _field_doubles() -> Fact:
    rows = _fields()
    pairs = _at_pools(rows, "field by formula, px")
    return Fact(
        holds=_agree(rows) and all(after == 2 * before for before, after in pairs),
        sentence=f"At the pools of three blocks the field grows from {_steps(pairs)} pixels.",
        rows=tuple(rows),
    )


@_fact("jump-doubles")
def _jump_doubles() -> Fact:
    rows = _fields()
    pairs = _at_pools(rows, "jump, px")
    return Fact(
        holds=all(after == 2 * before for before, after in pairs),
        sentence=f"At the pools of three blocks the jump grows from {_steps(pairs)} pixels.",
        rows=tuple(rows),
    )


@_fact("field-grows")
def _field_grows() -> Fact:
    rows = _fields()
    sizes = [row["field by formula, px"] for row in rows]
    return Fact(
        holds=_agree(rows) and all(before < after for before, after in pairwise(sizes)),
        sentence=f"Layer by layer one cell sees {', '.join(map(str, sizes))} pixels; formula and "
        f"gradient agree.",
        rows=tuple(rows),
    )


@_fact("field-effective")
def _field_effective() -> Fact:
    architecture, model = _stack()
    gradient = _seen(model)[_last_pool(architecture)].flatten().sort(descending=True).values
    needed = int((gradient.cumsum(0) < 0.9 * gradient.sum()).sum()) + 1
    cells = int((gradient > 0).sum())
    return Fact(
        holds=needed < cells / 2,
        sentence=f"In an untrained network nine tenths of the gradient come from {needed:,} of "
        f"{cells:,} cells.",
    )


def _last_pool(architecture: Architecture) -> str:
    return [layer.name for layer in architecture.layers if layer.kind is LayerKind.POOL][-1]


# heads and dense layers


@_fact("dense-factor")
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
    """Weights of the first dense layer, counted in the built network."""
    config = ModelConfig(head=head, pooling=pooling)
    model = build_model(config, (1, side, side), CLASSES)
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


@_fact("flatten-grows")
def _flatten_grows() -> Fact:
    rows = _growth()
    counts = [row["flatten"] for row in rows]
    return Fact(
        holds=all(after == 4 * before for before, after in pairwise(counts)),
        sentence=f"From 8 × 8 to 128 × 128 the weights after Flatten grow from {counts[0]:,} to "
        f"{counts[-1]:,}.",
        rows=tuple(rows),
    )


@_fact("gap-grows")
def _gap_grows() -> Fact:
    rows = _growth()
    counts = [row["gap"] for row in rows]
    return Fact(
        holds=counts[-1] > counts[0],
        sentence=f"Those after GAP stay {counts[0]:,}.",
        rows=tuple(rows),
    )


@_fact("conv-fewer")
def _conv_fewer() -> Fact:
    rows: list[dict[str, Any]] = []
    for side in (2, 4, 8, 16, 32, 64):
        convolution = nn.Conv2d(CHANNELS, CHANNELS, 3).requires_grad_(requires_grad=False)
        counted = sum(p.numel() for p in convolution.parameters())
        # not built: at 64 x 64 it would take 256 GiB
        inputs = CHANNELS * side * side
        dense = inputs * inputs + inputs
        rows.append({"map": f"64 × {side} × {side}", "convolution": counted, "dense": dense})
    large = [row for row, side in zip(rows, (2, 4, 8, 16, 32, 64), strict=True) if side >= SIDE * 2]
    return Fact(
        holds=all(row["convolution"] < row["dense"] for row in rows)
        and all(100 * row["convolution"] < row["dense"] for row in large),
        sentence=f"Between maps of 64 × 32 × 32 a convolution has {rows[4]['convolution']:,} "
        f"parameters, a dense layer {rows[4]['dense']:,}.",
        rows=tuple(rows),
    )


# operations


def _macs(pooling: Pooling) -> int:
    return describe(ModelConfig(pooling=pooling), (1, 28, 28), CLASSES).totals.macs


def _compare_macs(other: Pooling) -> Fact:
    top, bottom = _macs(Pooling.MAX), _macs(other)
    return Fact(
        holds=top < bottom,
        sentence=f"For one image of 28 × 28: {top:,} MACs with max, {bottom:,} with {other}.",
        rows=({"strategy": "max", "MACs": top}, {"strategy": str(other), "MACs": bottom}),
    )


@_fact("macs-none")
def _macs_none() -> Fact:
    return _compare_macs(Pooling.NONE)


@_fact("macs-strided")
def _macs_strided() -> Fact:
    return _compare_macs(Pooling.STRIDED)


# convolutions


@_fact("average-convolution")
def _average_convolution() -> Fact:
    grid = _distinct()
    largest = max(
        float(np.abs(work(Pooling.AVERAGE, grid, k, s).outputs - as_convolution(grid, k, s)).max())
        for k, s in product((2, 3, 4), (1, 2, 3))
    )
    return Fact(
        holds=largest < ROUNDING,
        sentence=f"For windows of 2 to 4 and strides of 1 to 3 the outputs differ by "
        f"{largest:.0e} at most, on numbers up to 63.",
    )


@_fact("max-additive")
def _max_additive() -> Fact:
    # the other grid is this one turned by a quarter: 2 4 / 1 3
    grid = np.array([[1.0, 2.0], [3.0, 4.0]])
    found, mean = (additivity(each, grid, 2, 2) for each in (Pooling.MAX, Pooling.AVERAGE))
    return Fact(
        holds=found.largest < ROUNDING,
        sentence=f"With the windows x = 1 2 3 4 and y = 2 4 1 3, max(x + y) is "
        f"{found.together:.0f} and max(x) + max(y) is {found.apart:.0f}; for average both are "
        f"{mean.together:g}.",
        rows=(
            {"operator": "max", "f(x + y)": found.together, "f(x) + f(y)": found.apart},
            {"operator": "average", "f(x + y)": mean.together, "f(x) + f(y)": mean.apart},
        ),
    )


def _measured_size(n: int, f: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    x, weight = torch.zeros(1, 1, n, n), torch.zeros(1, 1, f, f)
    y = nn.functional.conv2d(x, weight, padding=padding, stride=stride, dilation=dilation)
    return int(y.shape[-1])


_SIZES = [(n, f) for n in range(3, 33) for f in range(1, n + 1)]
_SETTINGS = [
    (n, f, p, s, d)
    for n, f, p, s, d in product((8, 9, 28), (2, 3, 5), (0, 1, 2), (1, 2, 3), (1, 2))
    if d * (f - 1) + 1 <= n + 2 * p and (p, s, d) != (0, 1, 1)
]


@_fact("size-plain")
def _size_plain() -> Fact:
    return Fact(
        holds=all(_measured_size(n, f) == n - f + 1 for n, f in _SIZES),
        sentence=f"Right for all {len(_SIZES):,} pairs of image and filter; 8 and 3 give "
        f"{_measured_size(8, 3)}.",
    )


@_fact("size-always")
def _size_always() -> Fact:
    right = sum(_measured_size(*each) == each[0] - each[1] + 1 for each in _SETTINGS)
    return Fact(
        holds=right == len(_SETTINGS),
        sentence=f"Right in {right} of {len(_SETTINGS)} cases with padding, stride or dilation; 8 "
        f"and 3 give {_measured_size(8, 3, padding=1)} with padding 1 and "
        f"{_measured_size(8, 3, stride=2)} at stride 2.",
    )


@_fact("size-formula")
def _size_formula() -> Fact:
    def formula(n: int, f: int, p: int, s: int, d: int) -> int:
        return (n + 2 * p - d * (f - 1) - 1) // s + 1

    return Fact(
        holds=all(_measured_size(*each) == formula(*each) for each in _SETTINGS),
        sentence=f"Right in all {len(_SETTINGS)} cases.",
    )


@_fact("relu-zeros")
def _relu_zeros() -> Fact:
    drawn = torch.relu(torch.randn(1, 1, 512, 512, generator=generator(0, "values")))
    low, high = (
        float((make_pooling(name, 1)(drawn) == 0).double().mean())
        for name in (Pooling.MIN, Pooling.MAX)
    )
    return Fact(
        holds=abs(low - 15 / 16) < 0.01 and abs(high - 1 / 16) < 0.01,  # noqa: PLR2004
        sentence=f"Of 65,536 windows min is zero in {_percent(low)} %, max in {_percent(high)} %.",
    )


# the exact gates of translation


def _moving(pooling: Pooling, step: int) -> tuple[int, int, float]:
    """Answers that change under circular shifts by multiples of a step.

    Two stages, circular padding, GAP head, untrained.

    Returns:
        Shifts tried, shifts under which any answer or logit changes, largest change of a logit.
    """
    config = ModelConfig(widths=(6, 8), pooling=pooling, head=Head.GAP, padding=Padding.CIRCULAR)
    model = build_model(config, (1, SIDE, SIDE), CLASSES).eval()
    images = torch.randn(IMAGES, 1, SIDE, SIDE, generator=generator(0, "images"))
    shifts = list(product(range(0, SIDE, step), repeat=2))
    with torch.inference_mode():
        start = model(images)
        moved = [(model(images.roll(shift, (2, 3))) - start).abs().max().item() for shift in shifts]
    return len(shifts), sum(change > ROUNDING for change in moved), max(moved)


def _gate(pooling: Pooling, step: int, label: str) -> Fact:
    tried, changed, largest = _moving(pooling, step)
    return Fact(
        holds=changed == 0,
        sentence=f"{label}: of {tried} shifts {changed} change a logit; the largest change is "
        f"{largest:.1g}.",
    )


@_fact("gate-max")
def _gate_max() -> Fact:
    return _gate(Pooling.MAX, 1, "Two stages of max, GAP")


@_fact("gate-none")
def _gate_none() -> Fact:
    return _gate(Pooling.NONE, 1, "No stride, GAP")


@_fact("gate-multiples")
def _gate_multiples() -> Fact:
    return _gate(Pooling.MAX, 4, "Two stages of max, GAP, shifts by multiples of 4")


@_fact("gate-aps")
def _gate_aps() -> Fact:
    return _gate(Pooling.APS, 1, "Two stages of APS, GAP")
