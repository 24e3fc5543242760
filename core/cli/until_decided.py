"""`sweep --until-decided`: train seed after seed until every comparison of a grid is decided."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from core.cli.compare import labels_of
from core.cli.report import document, facts, say, table
from core.cli.workers import Recording, train_or_stop
from core.comparison import Chance, Comparison, Results
from core.comparison.answers import with_answers
from core.comparison.until_decided import (
    Outcome,
    Plan,
    Standing,
    needed,
    spent,
    standings,
)
from core.config import Experiment
from core.errors import ConfigError
from core.sentences.intervals import span
from core.sentences.until_decided import announced, so_far
from core.settings import Settings
from core.store import RunStore
from core.words import points

OUTCOME_COLUMNS = ("network", "against", "outcome", "seeds", "points", "interval")


def sweep_until_decided(
    experiments: Iterable[Experiment],
    smallest: float,
    chance: Chance,
    store: RunStore,
    chosen: Settings,
    *,
    recorded: Callable[[Sequence[Experiment]], Recording],
    as_json: bool,
) -> bool:
    """Train the looks of a plan and show what was decided; whether all trainings ended.

    Args:
        experiments: the grid; its seeds are not used.
        smallest: the smallest difference that matters, as a fraction.
        chance: what intervals cover.
        store: takes the runs.
        chosen: workers and device.
        recorded: which of the experiments that the plan may take keep checkpoints.
        as_json: whether to write one JSON document.

    Raises:
        ConfigError: there is nothing to compare, or several data sets.
    """
    comparison = Comparison.of(experiments, ())
    plan = Plan.of(comparison, smallest)
    _check(comparison, plan)
    say(announced(plan))
    comparison = replace(comparison, seeds=tuple(range(plan.looks[-1])))
    failed = 0
    while missing := needed(now := standings(plan, _results(comparison, chance, store))):
        if failed:
            say(f"{failed} runs failed; what needs them stays open")
            break
        say(so_far(now, len(missing)))
        train_or_stop(missing, store, chosen, recording=recorded(comparison.experiments))
        keys = {each.key for each in missing}
        failed = len(keys - store.present(keys))
    _show(now, plan, as_json=as_json)
    return not failed


def _check(comparison: Comparison, plan: Plan) -> None:
    if not plan.pairs:
        raise ConfigError("--until-decided: name two networks or more under one head")
    if len({arm.experiment.data for arm in comparison.arms}) > 1:
        raise ConfigError("--until-decided: the networks of a grid must be on one data set")


def _results(comparison: Comparison, chance: Chance, store: RunStore) -> Results:
    runs = store.runs(each.key for each in comparison.experiments)
    results = Results(comparison, runs, chance=chance)
    if chance is Chance.SEEDS or not runs:
        return results
    data = comparison.arms[0].experiment.data
    return with_answers(results, store.predictions_of(runs), labels_of(store, data))


def _show(now: Sequence[Standing], plan: Plan, *, as_json: bool) -> None:
    rows = [_row(one, plan) for one in now]
    still_open = sum(one.outcome is Outcome.OPEN for one in now)
    answer = {"runs": spent(now), "at_most": plan.most, "open": still_open}
    if as_json:
        document(
            answer | {"comparisons": [dict(zip(OUTCOME_COLUMNS, row, strict=True)) for row in rows]}
        )
        return
    table(OUTCOME_COLUMNS, rows, numbers=OUTCOME_COLUMNS[3:5])
    print()  # noqa: T201 (a command line prints)
    facts(answer)


def _row(one: Standing, plan: Plan) -> list[object]:
    seen = one.difference.at(plan.level, len(plan.pairs)) if one.difference else None
    return [
        *(one.arm.name, one.reference.name, str(one.outcome), one.seeds),
        *((points(seen.mean), span(seen)) if seen else (None, None)),
    ]
