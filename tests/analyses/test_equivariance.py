"""Do networks give the predictions under a shifted image that arithmetic says they must?

With circular padding and a global head, a circular shift of the image is lost in the head if
every layer before it moves with its input: always without a stride; where the size is a multiple of
2^L, after L windows of 2 with strides of 2 by multiples of 2^L, and after L of aps always. Other
sizes and windows are in test_invariance.
"""

import itertools

import pytest
import torch
import torch.nn.functional as F

from core.catalog import HEADS, POOLINGS, Downsampling
from core.config import ModelConfig
from core.network.build import build_model

GLOBAL_HEADS = [name for name, entry in HEADS.items() if entry.is_global]
SHRINKING = [
    name
    for name, entry in POOLINGS.items()
    if entry.downsampling is not Downsampling.NOTHING and entry.regular_grid
]
SIZE, STAGES = 8, 2
EVERY_SHIFT = list(itertools.product(range(SIZE), repeat=2))
WHOLE_STRIDES = [shift for shift in EVERY_SHIFT if not any(s % 2**STAGES for s in shift)]
IMAGES = torch.randn(16, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0))


def _model(pooling, head, *, trained, norm="none"):
    config = ModelConfig(widths=(6, 8), pooling=pooling, head=head, padding="circular", norm=norm)
    model = build_model(config, (1, SIZE, SIZE), 5)
    if trained:
        torch.manual_seed(0)
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        labels = torch.arange(16) % 5
        for _ in range(5):
            optimiser.zero_grad()
            F.cross_entropy(model(IMAGES), labels).backward()
            optimiser.step()
    return model.eval()


def _all_agree(model, shifts):
    """Whether logits stay the same up to rounding, and predictions altogether."""
    with torch.inference_mode():
        expected = model(IMAGES)
        moved = model(torch.cat([IMAGES.roll(shift, dims=(2, 3)) for shift in shifts]))
    every = expected.repeat(len(shifts), 1)
    return torch.equal(every.argmax(1), moved.argmax(1)) and torch.allclose(every, moved, atol=1e-5)


@pytest.mark.parametrize("trained", [False, True], ids=["untrained", "trained"])
@pytest.mark.parametrize("head", GLOBAL_HEADS)
def test_without_a_stride_every_shift_gives_the_same(head, trained):
    assert _all_agree(_model("none", head, trained=trained), EVERY_SHIFT)


@pytest.mark.parametrize("trained", [False, True], ids=["untrained", "trained"])
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("head", GLOBAL_HEADS)
def test_with_aps_every_shift_gives_the_same(head, norm, trained):
    assert _all_agree(_model("aps", head, norm=norm, trained=trained), EVERY_SHIFT)


@pytest.mark.parametrize("trained", [False, True], ids=["untrained", "trained"])
@pytest.mark.parametrize("head", GLOBAL_HEADS)
@pytest.mark.parametrize("pooling", SHRINKING)
def test_a_regular_grid_gives_the_same_at_shifts_by_all_its_strides(pooling, head, trained):
    assert _all_agree(_model(pooling, head, trained=trained), WHOLE_STRIDES)


@pytest.mark.parametrize("pooling", SHRINKING)
def test_a_regular_grid_does_not_give_the_same_at_every_shift(pooling):
    assert not _all_agree(_model(pooling, "gap", trained=True), EVERY_SHIFT)


@pytest.mark.parametrize("head", [name for name in HEADS if name not in GLOBAL_HEADS])
@pytest.mark.parametrize("pooling", ["none", "aps"])
def test_a_head_that_keeps_places_sees_a_shift(pooling, head):
    assert not _all_agree(_model(pooling, head, trained=True), EVERY_SHIFT)
