"""How does listing the store grow with the number of runs?"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.store import RunStore
from tests.benchmarks.measure import Line, in_turns
from tests.store_samples import a_run

SIZES = (10, 100, 1_000)


def lines() -> Iterator[Line]:
    """Listing ten times as many runs, against ten times the time: 1 is linear growth."""
    with tempfile.TemporaryDirectory() as folder:
        stores = [_filled(Path(folder) / f"{size}.db", size) for size in SIZES]
        for size, small, large in zip(SIZES, stores, stores[1:], strict=False):
            line = in_turns(
                f"listing {10 * size} runs, against ten times the listing of {size}",
                large.summaries,
                small.summaries,
                rounds=9,
            )
            yield replace(line, ratio=line.ratio / 10)


def _filled(path: Path, size: int) -> RunStore:
    store = RunStore(path)
    for seed in range(size):
        store.put(a_run(seed, weights_size=64))
    return store
