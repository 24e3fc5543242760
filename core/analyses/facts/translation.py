"""Under which shifts of the image do the logits not change at all?"""

from itertools import product

import torch

from core.analyses import Fact
from core.analyses.facts.registry import FACT_CLASSES, LOGIT_ROUNDING, exact
from core.catalog import Head, Padding, Pooling
from core.config import ModelConfig
from core.network.build import build_model, generator
from core.words import rough

MOVED_IMAGES = 32
MOVED_SIDE = 16


def _moving(pooling: Pooling, step: int) -> tuple[int, int, float]:
    """How the logits change under circular shifts by multiples of a step.

    The network has two stages, circular padding and a GAP head, and is untrained.

    Returns:
        Number of shifts tried, number of them that change a logit, largest change of a logit.
    """
    config = ModelConfig(widths=(6, 8), pooling=pooling, head=Head.GAP, padding=Padding.CIRCULAR)
    model = build_model(config, (1, MOVED_SIDE, MOVED_SIDE), FACT_CLASSES).eval()
    images = torch.randn(MOVED_IMAGES, 1, MOVED_SIDE, MOVED_SIDE, generator=generator(0, "images"))
    shifts = list(product(range(0, MOVED_SIDE, step), repeat=2))
    with torch.inference_mode():
        start = model(images)
        moved = [(model(images.roll(shift, (2, 3))) - start).abs().max().item() for shift in shifts]
    return len(shifts), sum(change > LOGIT_ROUNDING for change in moved), max(moved)


def _gate(pooling: Pooling, step: int, label: str) -> Fact:
    tried, changed, largest = _moving(pooling, step)
    # a score of a class is a logit; rounding errors are below `LOGIT_ROUNDING`
    shifts = "circular shifts" if step == 1 else f"circular shifts by multiples of {step}"
    said = (
        f"{changed} of {tried} {shifts} change the score of a class, by {rough(largest)} at most"
        if changed
        else f"none of {tried} {shifts} changes the score of a class"
    )
    return Fact(holds=changed == 0, sentence=f"In an untrained network {label}, {said}.")


@exact("gate-max")
def _gate_max() -> Fact:
    return _gate(Pooling.MAX, 1, "with two stages of max and a GAP head")


@exact("gate-none")
def _gate_none() -> Fact:
    return _gate(Pooling.NONE, 1, "without strides and with a GAP head")


@exact("gate-multiples")
def _gate_multiples() -> Fact:
    return _gate(Pooling.MAX, 4, "with two stages of max and a GAP head")


@exact("gate-aps")
def _gate_aps() -> Fact:
    return _gate(Pooling.APS, 1, "with two stages of APS and a GAP head")
