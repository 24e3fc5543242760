"""Translation consistency: every shift of every test image through a trained network."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.analyses.shift_map import SHIFTED_BATCH, ShiftMap, ShiftSettings
from core.analyses.trained import Network, images_of_test
from core.data.tensors import to_input, translate

NEARLY_TIED = 1e-5
"""rounding alone may swap two logits of magnitude one that are closer than this"""


def shift_map(
    network: Network,
    settings: ShiftSettings,
    on_row: Callable[[int, int], None] | None = None,
) -> ShiftMap:
    """Move the test images by every shift and compare the answers with those for unmoved images.

    Args:
        network: a network, trained or not.
        settings: which shifts, of how many images.
        on_row: called after each row of shifts with the number of rows done and of all rows.
    """
    data = images_of_test(network.experiment).first(settings.images)
    background = network.experiment.data.entry.background
    start = _logits(network, to_input(data.images, data.normalisation))
    answers = start.argmax(1)
    correct = answers == data.labels
    same: list[tuple[float, ...]] = []
    right: list[tuple[float, ...]] = []
    ties = 0
    shifts = range(-settings.reach, settings.reach + 1)
    for row, down in enumerate(shifts, start=1):
        shares = []
        for across in shifts:
            moved = _moved(data.images, down, across, background, circular=settings.circular)
            logits = _logits(network, to_input(moved, data.normalisation))
            stays = logits.argmax(1) == answers
            ties = max(ties, int((~stays & _close(logits)).sum()))
            shares.append((stays.double().mean().item(), (stays & correct).double().mean().item()))
        same.append(tuple(share for share, _ in shares))
        right.append(tuple(share for _, share in shares))
        if on_row:
            on_row(row, len(shifts))
    _, height, width = network.experiment.input_shape
    return ShiftMap(settings, (height, width), len(data), tuple(same), tuple(right), ties)


def _moved(
    images: Tensor, down: int, across: int, background: tuple[int, ...], *, circular: bool
) -> Tensor:
    if circular:
        return images.roll((down, across), (2, 3))
    return translate(images, torch.tensor([[down, across]]).expand(len(images), 2), background)


def _logits(network: Network, x: Tensor) -> Tensor:
    with torch.inference_mode():
        return torch.cat([network.model(part) for part in torch.split(x, SHIFTED_BATCH)])


def _close(logits: Tensor) -> Tensor:
    """Whether the two best classes of each image (N,) are within rounding error of each other."""
    best = logits.topk(2, dim=1).values
    return (best[:, 0] - best[:, 1]) <= NEARLY_TIED * best.abs().amax(dim=1).clamp(min=1)
