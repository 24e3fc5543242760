"""Do intervals over seeds and images cover what they promise, and do they agree with theory?"""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.special import stdtrit

from core.comparison.crossed import Source, Spread, spread, variance_of_mean

SEEDS, IMAGES = (3, 5, 10, 20), (300, 3_000, 10_000)
PROMISED = 0.94, 0.97
TABLES = 20_000
"""simulated mean squares for one condition"""
ANSWERS = 3_000_000
"""simulated right and wrong answers for one condition"""
REST = {"with interaction": 0.5, "without": 0.0}
"""variance of the rest, beside a variance of 1 of seeds and images together"""


def covers(mean, variance, freedom):
    """Whether each 95 % interval around a mean contains 0, the truth."""
    return np.abs(mean) <= stdtrit(freedom, 0.975) * np.sqrt(variance)


@pytest.mark.parametrize("m", IMAGES)
@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("rest", REST.values(), ids=REST)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_an_interval_over_normal_tables_covers_94_to_97_percent(n, m, share, rest):
    # of normal tables, mean squares are independent chi-squares, also of the mean (Searle 1992)
    rng = np.random.default_rng(n * m)
    freedoms = n - 1, m - 1, (n - 1) * (m - 1)
    expected = share + rest, 1 - share + rest, rest
    squares = [
        n * m * truth * rng.chisquare(f, TABLES) / f
        for truth, f in zip(expected, freedoms, strict=True)
    ]
    means = rng.normal(0, np.sqrt(1 + rest), TABLES)
    covered = covers(means, *variance_of_mean(*squares, n, m)).mean()
    # at the edge of what is promised, chance moves 20,000 tables by a third of a point
    assert PROMISED[0] - 0.0035 <= covered <= PROMISED[1] + 0.0035


def answers(rng, n, m, rest):
    """Differences of right answers of two equally good networks: (n, m).

    Images differ in difficulty and in which network they suit, seeds in how well both turn out.
    """
    difficulty, suits = rng.normal(2, 1.5, (1, m)), rng.normal(0, 0.3, (1, m))
    right = [
        difficulty + sign * suits + rng.normal(0, 0.1, (n, 1)) + rest * rng.normal(0, 1, (n, m)) > 0
        for sign in (1, -1)
    ]
    return right[0].astype(np.int8) - right[1]


@pytest.mark.parametrize("n", SEEDS)
@pytest.mark.parametrize("rest", REST.values(), ids=REST)
def test_an_interval_over_right_and_wrong_answers_covers_94_to_97_percent(n, rest):
    rng = np.random.default_rng(n)
    covered, alone = [], []
    for m in (300, 3_000):
        for _ in range(min(1_000, ANSWERS // (n * m))):
            table = answers(rng, n, m, rest)
            found, over_seeds = spread(table), table.mean(axis=1)
            covered.append(covers(table.mean(), found.error**2, found.freedom))
            alone.append(covers(table.mean(), over_seeds.var(ddof=1) / n, n - 1))
    # 1,050 to 1,333 tables: two standard errors are 1.2 points
    assert PROMISED[0] - 0.012 <= np.mean(covered) <= PROMISED[1] + 0.012
    # over seeds alone the images' share is missing, which shows once the seeds are many
    assert np.mean(alone) < np.mean(covered)


def test_mean_squares_are_those_of_the_two_way_analysis_of_variance():
    table = np.array([[1, 1, 0], [1, 0, -1]])
    # by hand: row means 2/3 and 0, column means 1, 1/2 and -1/2, grand mean 1/3
    by_seed = 3 * (2 * (1 / 3) ** 2) / 1
    by_image = 2 * ((2 / 3) ** 2 + (1 / 6) ** 2 + (5 / 6) ** 2) / 2
    residual = (2 * (1 / 3) ** 2 + 4 * (1 / 6) ** 2) / 2
    found = spread(table)
    assert pytest.approx((by_seed + by_image - residual) / 6) == found.error**2
    assert pytest.approx((by_seed - residual) / 6) == found.of_seeds
    assert pytest.approx((by_image - residual) / 6) == found.of_images
    assert pytest.approx(residual / 6) == found.of_both


def test_the_variance_is_never_below_that_over_seeds_or_images_alone():
    rng = np.random.default_rng(5)
    for _ in range(50):
        table = rng.integers(-1, 2, (4, 30))
        error = spread(table).error
        for axis in (0, 1):
            means = table.mean(axis=axis)
            assert error**2 >= means.var(ddof=1) / means.size * (1 - 1e-12)


def test_equal_answers_have_no_spread():
    found = spread(np.zeros((5, 40), np.int8))
    assert Spread(5, 40, 0.0, 4.0, 0.0, 0.0, 0.0) == found
    assert 1.0 == found.narrowed(seeds=2)


@pytest.mark.parametrize("shape", [(1, 300), (5, 1)])
def test_one_seed_or_one_image_has_no_spread_to_measure(shape):
    assert spread(np.ones(shape, np.int8)) is None


def test_seeds_that_agree_on_every_image_leave_the_images():
    one = np.repeat([[1] * 8 + [-1] * 2 + [0] * 90], 6, axis=0)
    found = spread(one)
    assert pytest.approx(one[0].std(ddof=1) / 10) == found.error
    assert (Source.IMAGES, 99.0) == (found.main, found.freedom)
    assert pytest.approx(1.0) == found.narrowed(seeds=10)
    assert pytest.approx(0.5) == found.narrowed(images=4)


def test_seeds_that_move_every_image_leave_the_seeds():
    table = np.repeat([[1], [0], [1], [-1]], 50, axis=1)
    found = spread(table)
    assert pytest.approx(table[:, 0].std(ddof=1) / 2) == found.error
    assert (Source.SEEDS, 3.0) == (found.main, found.freedom)
    assert pytest.approx(0.5) == found.narrowed(seeds=4)


def test_images_on_which_seeds_disagree_leave_both():
    table = np.array([[1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]])
    found = spread(table)
    assert Source.BOTH is found.main
    assert pytest.approx(found.narrowed(seeds=3)) == found.narrowed(images=3) == 3**-0.5


def test_the_order_of_seeds_and_images_does_not_matter():
    rng = np.random.default_rng(2)
    table = rng.integers(-1, 2, (5, 60))
    shuffled = rng.permuted(rng.permutation(table), axis=1)
    turned = -rng.permutation(table.T).T[::-1]
    assert pytest.approx(astuple(spread(table))) == astuple(spread(turned))
    assert pytest.approx(astuple(spread(table))) != astuple(spread(shuffled))
