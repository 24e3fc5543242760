"""Does the store survive the death of whole training processes? A short form of `make soak`.

Once while the process starts, once while it trains.
"""

from tests.soak import soak


def test_a_killed_training_leaves_a_whole_store_with_all_that_it_reported(tmp_path):
    runs = list(soak(tmp_path, kills=2, seed=1))
    assert sorted(runs) == runs
    assert runs[-1] > runs[0]
