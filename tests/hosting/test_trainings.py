"""Which trainings does a hosted dashboard offer to strangers?"""

import pytest

from core.config import Experiment
from core.hosting.bounds import size_refusal
from core.hosting.prediction import predict
from core.hosting.trainings import HOSTED_DATASETS, MOST_IMAGES, too_large
from core.network.work import MAC_SECONDS, training_work
from core.settings import PROJECT, Settings
from core.words import count


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


@pytest.mark.parametrize("dataset", HOSTED_DATASETS)
@pytest.mark.parametrize("pooling", ["max", "conv"])
def test_a_data_set_is_offered_as_it_is_trained_by_default(dataset, pooling):
    experiment = Experiment.from_flat({"dataset": dataset, "pooling": pooling})
    assert too_large(experiment) is None
    assert size_refusal(predict(training_work(experiment), MAC_SECONDS), Settings()) is None


def test_the_readme_says_how_many_images():
    assert f"{count(MOST_IMAGES)} images" in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_more_images_are_refused(monkeypatch):
    monkeypatch.setattr("core.hosting.trainings.MOST_IMAGES", 4_000)
    assert "4,000 images at most" in too_large(
        Experiment.from_flat({"dataset": "shapes", "train_size": "all"})
    )


@pytest.mark.parametrize(
    ("flat", "said"),
    [
        ({"dataset": "mnist"}, "digits, shapes and fashion only"),
        ({"dataset": "cifar10", "train_size": 10}, "digits, shapes and fashion only"),
        ({"epochs": 21}, "20 epochs at most"),
        ({"widths": "256,512"}, "MACs for an image"),
        ({"dataset": "shapes", "train_size": 100, "image_size": 128}, "MACs for an image"),
    ],
)
def test_large_ones_are_refused_with_the_reason(flat, said):
    assert said in too_large(Experiment.from_flat(flat))
