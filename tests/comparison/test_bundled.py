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
    own = a_run(4, pooling="conv")
    store.put(own)
    summaries = [
        summary if summary.key == own.experiment.key else replace(summary, source=Source.BUNDLED)
        for summary in store.summaries()
    ]
    assert [
        BundledSet("digits", strategies=2, heads=2, seeds=3, runs=4),
        BundledSet("shapes", strategies=1, heads=1, seeds=1, runs=1),
    ] == bundled(summaries)
    assert [] == bundled(summary for summary in summaries if summary.source is not Source.BUNDLED)
