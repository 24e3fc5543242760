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
        Number of shifts tried, number of shifts that change a logit, largest change of a logit.
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
    return Fact(
        holds=changed == 0,
        sentence=f"{label}: of {tried} shifts {changed} change a logit; the largest change is "
        f"{rough(largest)}.",
    )


@exact("gate-max")
def _gate_max() -> Fact:
    return _gate(Pooling.MAX, 1, "Two stages of max, GAP")


@exact("gate-none")
def _gate_none() -> Fact:
    return _gate(Pooling.NONE, 1, "No stride, GAP")


@exact("gate-multiples")
def _gate_multiples() -> Fact:
    return _gate(Pooling.MAX, 4, "Two stages of max, GAP, shifts by multiples of 4")


@exact("gate-aps")
def _gate_aps() -> Fact:
    return _gate(Pooling.APS, 1, "Two stages of APS, GAP")
