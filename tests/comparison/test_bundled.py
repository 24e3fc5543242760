"""Are bundled runs counted for each data set, and only they?"""

from dataclasses import replace

from core.comparison.bundled import BundledSet, bundled
from core.run import Source
from core.store import RunStore
from tests.store.store_samples import a_run


def test_bundled_runs_are_counted_by_data_set(tmp_path):
    store = RunStore(tmp_path / "runs.db")
    for seed in range(3):
        store.put(a_run(seed, pooling="max"))
    store.put(a_run(0, pooling="average", head="flatten"))
    store.put(a_run(0, dataset="shapes"))
    *rest, own = store.summaries()
    came = [replace(summary, source=Source.BUNDLED) for summary in rest]
    # the first stored is the last listed: a run of digits, and the visitor's own
    assert "digits" == own.config["dataset"]
    assert [
        BundledSet("digits", strategies=2, heads=2, seeds=2, runs=3),
        BundledSet("shapes", strategies=1, heads=1, seeds=1, runs=1),
    ] == bundled([*came, own])
    assert [] == bundled([own])
