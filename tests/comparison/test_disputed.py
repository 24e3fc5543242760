"""Are the images on which networks part counted and sorted right?"""

import numpy as np
import pytest

from core.comparison import Comparison, Results
from core.comparison.disputed import dispute
from core.config import Experiment
from tests.store.store_samples import a_run

IMAGES = 6


def compared(answers):
    """Results from pooling -> rows of right answers, one for each seed; and their arms."""
    experiments = [Experiment.from_flat({"dataset": "digits", "pooling": p}) for p in answers]
    seeds = range(max(map(len, answers.values())))
    comparison = Comparison.of(experiments, seeds)
    runs, right = {}, {}
    for pooling, rows in answers.items():
        for seed, row in enumerate(rows):
            run = a_run(seed, dataset="digits", pooling=pooling)
            runs[run.key], right[run.key] = run, np.array(row, bool)
    return Results(comparison, runs, right=right), comparison.arms


def test_an_image_stands_with_the_network_that_gets_it_right_most_often():
    known, arms = compared(
        {
            "max": [[1, 1, 0, 0, 1, 1], [1, 1, 0, 0, 1, 0]],
            "average": [[1, 0, 1, 0, 0, 1], [1, 0, 1, 0, 1, 0]],
        }
    )
    parted = dispute(known, arms)
    by_arm = {
        str(gallery.arm.pooling): [(each.image, each.right) for each in gallery.images]
        for gallery in parted.galleries
    }
    assert {"max": [(1, (2, 0)), (4, (2, 1))], "average": [(2, (0, 2))]} == by_arm
    assert (2, 1, 1, IMAGES) == (parted.seeds, parted.all_right, parted.all_wrong, parted.images)


def test_only_seeds_that_all_networks_have_count():
    known, arms = compared({"max": [[1] * IMAGES, [1] * IMAGES], "average": [[0] * IMAGES]})
    parted = dispute(known, arms)
    assert 1 == parted.seeds
    assert IMAGES == len(parted.galleries[0].images)
    assert () == parted.galleries[1].images


@pytest.mark.parametrize("answers", [{"max": [[1] * IMAGES]}, {"max": [[1] * IMAGES], "min": []}])
def test_without_two_networks_nothing_is_disputed(answers):
    known, arms = compared(answers)
    assert dispute(known, arms) is None
