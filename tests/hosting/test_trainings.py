"""Which trainings does a hosted dashboard offer to strangers?"""

import pytest

from core.config import Experiment
from core.hosting.trainings import too_large


@pytest.mark.parametrize(
    "flat",
    [
        {},
        {"pooling": "conv", "head": "flatten"},
        {"dataset": "shapes", "train_size": 4_000, "epochs": 8},
    ],
)
def test_small_trainings_are_offered(flat):
    assert too_large(Experiment.from_flat(flat)) is None


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({"dataset": "mnist"}, "digits, shapes and fashion only"),
        ({"dataset": "cifar10", "train_size": 10}, "digits, shapes and fashion only"),
        ({"dataset": "shapes"}, "4,000 images at most"),
        ({"epochs": 21}, "20 epochs at most"),
        ({"widths": "256,512"}, "MACs for an image"),
        ({"dataset": "shapes", "train_size": 100, "image_size": 128}, "MACs for an image"),
    ],
)
def test_large_ones_are_refused_with_the_reason(flat, said):
    assert said in too_large(Experiment.from_flat(flat))
