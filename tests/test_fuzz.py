"""Do stores and grids that were damaged at random do no harm? A short form of `make soak`."""

from tests.fuzz import fuzz


def test_damaged_stores_and_random_grids_end_in_a_sentence_and_give_no_wrong_figure():
    assert "no wrong figure" in fuzz(stores=15, grids=40, seed=3)
