"""What came with Poolscope: the bundled runs, counted for each data set."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.run import RunSummary


@dataclass(frozen=True, slots=True)
class BundledSet:
    """The bundled runs of one data set.

    Attributes:
        dataset: its public name.
        strategies: number of pooling strategies.
        heads: number of heads.
        seeds: the largest number of seeds of one network.
        runs: number of runs.
    """

    dataset: str
    strategies: int
    heads: int
    seeds: int
    runs: int


def bundled(summaries: Iterable[RunSummary]) -> list[BundledSet]:
    """Bundled runs by data set, most runs first."""
    by_set: dict[str, list[RunSummary]] = {}
    for summary in summaries:
        by_set.setdefault(str(summary.config["dataset"]), []).append(summary)
    rows = [_counted(name, runs) for name, runs in by_set.items()]
    return sorted(rows, key=lambda row: -row.runs)


def _counted(name: str, runs: list[RunSummary]) -> BundledSet:
    seeds: dict[tuple[tuple[str, str], ...], set[int]] = {}
    for run in runs:
        shared = {field: str(value) for field, value in run.config.items() if field != "seed"}
        network = tuple(sorted(shared.items()))
        seeds.setdefault(network, set()).add(run.seed)
    return BundledSet(
        dataset=name,
        strategies=len({run.config["pooling"] for run in runs}),
        heads=len({run.config["head"] for run in runs}),
        seeds=max(map(len, seeds.values())),
        runs=len(runs),
    )
