"""How much of the image does one cell see?"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from core.analyses import Fact
from core.analyses.facts.registry import FACT_CLASSES, exact
from core.catalog import Pooling
from core.config import ModelConfig
from core.network import Architecture, LayerKind, describe_model
from core.network.build import build_model, generator, steps

FIELD_SIDE = 64
FIELD_WIDTHS = (4, 4, 4)


def _stack() -> tuple[Architecture, nn.Sequential]:
    """Three blocks of a 3 x 3 convolution and a 2 x 2 pool, on images larger than every field."""
    # average, because through max only the largest value of a window has a gradient
    config = ModelConfig(widths=FIELD_WIDTHS, pooling=Pooling.AVERAGE)
    shape = (1, FIELD_SIDE, FIELD_SIDE)
    return describe_model(config, shape, FACT_CLASSES), build_model(config, shape, FACT_CLASSES)


def _seen(model: nn.Sequential) -> dict[str, Tensor]:
    """Layer of the blocks -> absolute gradient (H, W) of its middle cell over the input.

    Computed without the ReLUs, because an inactive one would hide cells of the receptive field.
    """
    gradients: dict[str, Tensor] = {}
    x = torch.rand(1, 1, FIELD_SIDE, FIELD_SIDE, generator=generator(0, "image")).requires_grad_()
    for step in steps(model, x, relu=nn.Identity()):
        if step.name.startswith("head"):
            break
        y = step.output
        middle = y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum()
        (gradient,) = torch.autograd.grad(middle, x, retain_graph=True)
        gradients[step.name] = gradient[0, 0].abs()
    return gradients


def _fields() -> list[dict[str, Any]]:
    """Receptive field and jump after every convolution and pool, by formula and by gradient."""
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
    """The values of a column before and after every pool."""
    return [
        (before[what], after[what])
        for before, after in pairwise(rows)
        if after["after"].endswith(".pool")
    ]


def _steps(pairs: list[tuple[int, int]]) -> str:
    return ", ".join(f"{before} to {after}" for before, after in pairs)


@exact("field-doubles")
def _field_doubles() -> Fact:
    rows = _fields()
    pairs = _at_pools(rows, "field by formula, px")
    return Fact(
        holds=_agree(rows) and all(after == 2 * before for before, after in pairs),
        sentence=f"At the pools of three blocks the field grows from {_steps(pairs)} pixels.",
        rows=tuple(rows),
    )


@exact("jump-doubles")
def _jump_doubles() -> Fact:
    rows = _fields()
    pairs = _at_pools(rows, "jump, px")
    return Fact(
        holds=all(after == 2 * before for before, after in pairs),
        sentence=f"At the pools of three blocks the stride so far grows from {_steps(pairs)} px.",
        rows=tuple(rows),
    )


@exact("field-grows")
def _field_grows() -> Fact:
    rows = _fields()
    sizes = [row["field by formula, px"] for row in rows]
    return Fact(
        holds=_agree(rows) and all(before < after for before, after in pairwise(sizes)),
        sentence=f"Layer by layer one cell sees {', '.join(map(str, sizes))} pixels; formula and "
        f"gradient agree.",
        rows=tuple(rows),
    )


@exact("field-effective")
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
