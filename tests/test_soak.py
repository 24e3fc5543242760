"""Does the store survive the death of whole training processes? A short form of `make soak`."""

from tests.soak import soak


def test_a_killed_training_leaves_a_whole_store_with_all_that_it_reported(tmp_path):
    runs = list(soak(tmp_path, kills=4, seed=1))
    assert sorted(runs) == runs
    assert runs[-1] > runs[0]
