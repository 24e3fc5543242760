"""Do the recipes give the results that the documents quote? On real data, in full."""

import pytest

from core import settings
from core.comparison import Comparison, Results
from core.comparison.statistics import Verdict, compare_facet
from core.config import Experiment
from core.training import train


def test_mnist_is_above_98_percent_after_one_epoch():
    if not (settings.load().data / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not under POOLSCOPE_DATA")
    run = train(Experiment.from_flat({"dataset": "mnist", "head": "flatten", "epochs": 1}))
    assert run.test_accuracy > 0.98


def test_on_the_digits_max_is_ahead_of_average_under_gap_by_more_than_two_points():
    arms = [Experiment.from_flat({"pooling": pooling}) for pooling in ("max", "average")]
    comparison = Comparison.of(arms, range(10))
    runs = {experiment.key: train(experiment) for experiment in comparison.experiments}
    facet = comparison.facets[0]
    (difference,) = compare_facet(Results(comparison, runs), facet, facet.arms[0]).values()
    assert Verdict.LOWER is difference.verdict
    assert difference.mean < -0.02
    assert difference.high < 0
