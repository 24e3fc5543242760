"""Are bundled runs counted for each data set, and only they?"""

from core.comparison.bundled import BundledSet, bundled
from core.store import RunStore
from tests.store.store_samples import a_run


def test_bundled_runs_are_counted_by_data_set_whatever_is_trained_here(tmp_path):
    gallery, own = tmp_path / "gallery.db", tmp_path / "runs.db"
    for seed in range(3):
        RunStore(gallery).put(a_run(seed, pooling="max"))
    RunStore(gallery).put(a_run(0, pooling="average", head="flatten"))
    RunStore(gallery).put(a_run(0, dataset="shapes"))
    store = RunStore(own, gallery)
    store.put(a_run(4, pooling="conv"))
    # one's own run hides the bundled one, which is bundled all the same
    store.put(a_run(0, pooling="max"))
    assert [
        BundledSet("digits", strategies=2, heads=2, seeds=3, runs=4),
        BundledSet("shapes", strategies=1, heads=1, seeds=1, runs=1),
    ] == bundled(store.bundled_summaries())
    assert [] == bundled(RunStore(own).bundled_summaries())
