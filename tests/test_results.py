"""Do the recipes give the results that the documents quote? On real data, in full."""

import pytest

from core import settings
from core.comparison import Comparison, Results
from core.comparison.families import compare_facet
from core.comparison.statistics import Verdict
from core.config import Experiment
from core.training import train
from tests.bundled import bundled

ACCURACY_TOLERANCE = 0.01
"""where another processor rounds differently: as for the bundled runs"""


def test_mnist_is_above_98_percent_after_one_epoch():
    if not (settings.load().data / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not under POOLSCOPE_DATA")
    run = train(
        Experiment.from_flat(
            {"dataset": "mnist", "train_size": "all", "head": "flatten", "epochs": 1}
        )
    )
    assert run.test_accuracy > 0.98


def test_on_the_digits_max_is_ahead_of_average_under_gap_by_more_than_two_points():
    """With the bundled ten seeds; two of them are trained anew and have to say the same."""
    arms = [Experiment.from_flat({"pooling": pooling}) for pooling in ("max", "average")]
    every, anew = Comparison.of(arms, range(10)), Comparison.of(arms, range(2))
    runs = bundled().runs([experiment.key for experiment in every.experiments])
    difference = against_max(Results(every, runs))
    assert Verdict.LOWER is difference.verdict
    assert difference.mean < -0.02
    assert difference.high < 0

    trained = {experiment.key: train(experiment) for experiment in anew.experiments}
    before = against_max(Results(anew, {key: runs[key] for key in trained}))
    assert (
        pytest.approx(before.mean, abs=ACCURACY_TOLERANCE)
        == against_max(Results(anew, trained)).mean
    )


def against_max(results):
    """How far average is from max, over the seeds."""
    facet = results.comparison.facets[0]
    (pair,) = compare_facet(results, facet, facet.arms[0].pooling)
    return pair.difference
