"""`compare`: which of several strategies is better, in the runs that are stored?"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Annotated

import typer

from core import settings
from core.analyses import LabelsRequest
from core.catalog import Pooling
from core.cli.app import Json, app, open_store
from core.cli.flags import with_experiment
from core.cli.report import document, facts, say, table
from core.comparison import Arm, Chance, Comparison, Facet, Results
from core.comparison.answers import with_answers
from core.comparison.families import Pair, compare_facet, every_pair
from core.comparison.ranking import ranking
from core.config import DataConfig, Experiment
from core.engine import compute, stored
from core.errors import ConfigError, PoolscopeError
from core.figures.pairs import pair_row
from core.network import describe
from core.run import Status
from core.sentences.headlines import plain
from core.sentences.intervals import span
from core.sentences.ranking import ordering
from core.sentences.uncertainty import covered, fallback, only_alone, source
from core.store import RunStore
from core.words import capitalised, join, percent, plural, points

COMPARED_COLUMNS = ("strategy", "against", "points", "95 % interval", "verdict", "alone", "seeds")
NAMED_SEEDS = 5
"""missing seeds that a message names for one strategy; it counts more"""


def compare(
    experiment: Experiment,
    strategies: Annotated[
        list[Pooling] | None,
        typer.Argument(metavar="STRATEGY...", help="Two or more; the first is the reference."),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=2, help="Compare seeds 0 to N - 1; default 10.")
    ] = 10,
    chance: Annotated[
        Chance, typer.Option("--chance", help="What intervals cover.")
    ] = Chance.SEEDS_AND_IMAGES,
    pairs: Annotated[
        bool, typer.Option("--all-pairs", help="Every strategy against every other.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare strategies by their stored runs, seed by seed. Trains nothing."""
    compared = list(dict.fromkeys(strategies or ()))
    if len(compared) < 2:  # noqa: PLR2004 (a comparison)
        raise ConfigError("name two strategies or more, as in `compare max average`")
    results = _results(experiment, compared, seeds, chance)
    (facet,) = results.comparison.facets
    shown = every_pair(results, facet) if pairs else compare_facet(results, facet, compared[0])
    missing = _missing(results)
    if not shown:
        raise ConfigError(f"two strategies with two runs each are needed; missing: {missing}")
    if missing:
        say(f"missing: {missing}; `poolscope sweep` trains them")
    if as_json:
        document(_document(results, facet, shown))
        return
    table(COMPARED_COLUMNS, [_row(pair) for pair in shown], numbers=COMPARED_COLUMNS[2:3])
    print()  # noqa: T201 (a command line prints)
    order = ranking(results, facet)
    named = {str(rank.arm.pooling): f"{percent(rank.accuracy)} %" for rank in order.ranks}
    facts({**named, **({"order": plain(ordering(order))} if pairs else {})})
    for sentence in _notes(shown, results):
        say(sentence)


def _results(
    experiment: Experiment, strategies: Iterable[Pooling], seeds: int, chance: Chance
) -> Results:
    """The stored runs of the strategies, with their answers where intervals are to cover images."""
    arms = [experiment.with_flat(pooling=str(pooling)) for pooling in strategies]
    for arm in arms:
        describe(arm)
    return results_of(open_store(), Comparison.of(arms, range(seeds)), chance)


def results_of(store: RunStore, comparison: Comparison, chance: Chance) -> Results:
    """The stored runs of a comparison, with their answers where intervals cover images."""
    runs = store.runs(each.key for each in comparison.experiments)
    results = Results(comparison, runs, chance=chance)
    if not results.asks_for_images or not runs:
        return results
    try:
        labels = labels_of(store, comparison.arms[0].experiment.data)
    except PoolscopeError as error:
        return replace(results, unread=f"the labels of the test images are not read ({error})")
    return with_answers(results, store.predictions_of(runs), labels)


def labels_of(store: RunStore, data: DataConfig) -> bytes:
    """The class of each test image, one byte each; read if the store does not have them yet.

    Raises:
        PoolscopeError: the data set cannot be loaded.
    """
    request = LabelsRequest(data)
    if stored(store, request) is None:
        compute(store, [request], settings.load().workers)
    known = stored(store, request)
    return known.classes if known else b""


def _missing(results: Results) -> str:
    """Which runs are not stored, or diverged; empty if none."""
    arms = results.comparison.arms
    return "; ".join(filter(None, (_gone(results, arm, results.of(arm)) for arm in arms)))


def _gone(results: Results, arm: Arm, there: Iterable[int]) -> str:
    lost = [seed for seed in results.comparison.seeds if seed not in set(there)]
    if not lost:
        return ""
    failed = [
        seed
        for seed in lost
        if (run := results.runs.get(arm.seeded(seed).key)) and run.status is Status.DIVERGED
    ]
    many = len(lost) > NAMED_SEEDS
    named = join([str(seed) for seed in lost])
    named = f"{len(lost)} seeds" if many else f"{plural('seed', len(lost))} {named}"
    return f"{arm.pooling}, {named}" + (f" ({len(failed)} diverged)" if failed else "")


def _row(pair: Pair) -> list[object]:
    d = pair.difference
    alone = f"{d.alone.verdict}" if pair.only_alone else None
    return [
        *(str(pair.arm.pooling), str(pair.reference.pooling), points(d.mean), span(d)),
        *(str(d.verdict), alone, d.n),
    ]


def _notes(shown: Sequence[Pair], results: Results) -> list[str]:
    count = len(shown)
    corrected = f", corrected for {count} comparisons (Holm)" if count > 1 else ""
    said = (
        f"95 % intervals {covered(shown, results)}{corrected}.",
        capitalised(only_alone(shown)),
        fallback(shown, results),
        source(shown),
    )
    return [sentence for sentence in said if sentence]


def _document(results: Results, facet: Facet, shown: Sequence[Pair]) -> dict[str, object]:
    return {
        "chance": str(results.chance),
        "differences": [asdict(pair_row(pair, facet)) for pair in shown],
        "ranks": [
            {
                "pooling": str(rank.arm.pooling),
                "test_accuracy": rank.accuracy,
                "observed": rank.observed,
                "best": rank.best,
                "worst": rank.worst,
            }
            for rank in ranking(results, facet).ranks
        ],
        "missing": [each.key for each in results.missing],
        "diverged": [run.key for run in results.diverged],
        "notes": _notes(shown, results),
    }


app.command("compare")(with_experiment(compare, without=("pooling", "seed")))
