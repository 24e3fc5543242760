"""Which stored comparison is nearest to one that is not stored?

Nearest is the one that keeps the strategies that are compared, changes the fewest other settings,
and has most of the seeds. Of several alike, settings are kept in a fixed order: dropout changes
first, then what all networks share, the head, and last the data set. What follows from another
change is none: hyperparameters that both data sets have by default, a dropout rate without dropout.

Nothing here reads the disk. Stored runs are listed once, as a `Stock`; candidates are looked up in
it, and the keys of the one that is chosen decide whether its runs are there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product, takewhile
from math import inf
from typing import Any

from core.catalog import DATASETS, POOLINGS, Dataset, DropoutPosition
from core.comparison.address import USUAL_HEADS
from core.comparison.comparison import Arm, Comparison
from core.comparison.stock import AXES, SHARED, Place, Stock, place_of, usual
from core.config.about import About
from core.config.fields import FIELDS
from core.errors import ConfigError

SEEDS = "seeds"
KEPT = ("dropout", *(name for name in SHARED if name != "dataset"), "head", "dataset", "pooling")
"""settings, those that are kept at the highest price last"""
FEWEST_STRATEGIES = 2
"""to compare, where none of those that were chosen is stored"""

Score = tuple[int, int, int, tuple[int, ...], float]
"""strategies that are missing, settings that change, seeds that are missing, `Candidate.price` and
`Candidate.distance`; the least is the best"""


@dataclass(frozen=True, slots=True)
class Change:
    """A setting in which the comparison that is shown differs from the one that was chosen.

    Attributes:
        name: flat name of the setting, or "seeds".
        chosen: its values there, in order.
        shown: its values here.
    """

    name: str
    chosen: tuple[Any, ...]
    shown: tuple[Any, ...]

    @property
    def about(self) -> About:
        """What people are told about the setting; of seeds, about one of them."""
        return FIELDS["seed" if self.name == SEEDS else self.name].about


@dataclass(frozen=True, slots=True)
class Nearest:
    """A comparison of which every run is stored, and in what it differs from the chosen one."""

    comparison: Comparison
    changes: tuple[Change, ...]

    @property
    def compares(self) -> bool:
        """Whether it has two strategies under one head."""
        return any(len(facet.arms) > 1 for facet in self.comparison.facets)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What to change in every network of a comparison.

    Attributes:
        changed: flat name -> value.
        missing: how many of the strategies are stored under none of the heads and positions that
            result, at least.
        price: places in `KEPT` of the settings that change, those that follow from others not
            counted; the highest first.
        distance: how far their numbers are from those that were chosen, together.
    """

    changed: Mapping[str, Any]
    missing: int
    price: tuple[int, ...]
    distance: float

    @property
    def least(self) -> tuple[int, int]:
        """The first parts of its score cannot be less than these."""
        return self.missing, len(self.price)


def nearest(chosen: Comparison, stock: Stock) -> Nearest | None:
    """The stored comparison to show in place of a chosen one; None if nothing fits.

    Args:
        chosen: a comparison of which no run is stored, or too few to compare anything.
        stock: the runs that are stored.
    """
    arms = _with_stored_strategies(chosen.arms, stock.poolings)
    flats = [arm.experiment.to_flat() for arm in arms]
    wanted = _values(arms, "pooling") & stock.poolings
    candidates = [*_candidates(flats, wanted, stock)]
    candidates.sort(key=lambda each: (*each.least, each.price, each.distance))
    best: Score | None = None
    shown: Comparison | None = None
    for candidate in candidates:
        if best and candidate.least > best[:2]:
            break
        seeds = (stock.seeds({**flat, **candidate.changed}) for flat in flats)
        there = {arm: count for arm, count in zip(arms, seeds, strict=True) if count}
        score = _score(candidate, chosen, there, len(wanted)) if there else None
        if score and (best is None or score < best):
            comparison = _comparison(candidate.changed, there, len(chosen.seeds), stock.keys)
            best, shown = (score, comparison) if comparison else (best, shown)
    return Nearest(shown, tuple(_changes(chosen, shown))) if shown else None


def _with_stored_strategies(arms: Sequence[Arm], stored: set[str]) -> Sequence[Arm]:
    """The arms, with other strategies if none of theirs is stored."""
    chosen = list(dict.fromkeys(arm.pooling for arm in arms))
    if not stored.isdisjoint(chosen):
        return arms
    others = [name for name in POOLINGS if name in stored]
    first = [arm for arm in arms if arm.pooling == chosen[0]]
    return [
        Arm(arm.experiment.with_flat(pooling=name), arm.asked)
        for name in others[: max(len(chosen), FEWEST_STRATEGIES)]
        for arm in first
    ]


def _candidates(
    flats: Sequence[Mapping[str, Any]], wanted: set[str], stock: Stock
) -> Iterator[Candidate]:
    """All changes that lead from a network of a comparison to where some are stored."""
    places = {place_of(flat)[1] for flat in flats}
    own = {place_of(flat)[0]: flat for flat in flats}
    seen: set[tuple[object, ...]] = set()
    for (recipe, flat), (other, strategies) in product(own.items(), stock.recipes.items()):
        pairs = zip(SHARED, recipe, other, strict=True)
        changed = {name: there for name, here, there in pairs if there not in (None, here)}
        before, after = (dict(zip(SHARED, values, strict=True)) for values in (recipe, other))
        # recipes that differ in what only some strategies have may lead to the same change
        kind = (id(strategies), *changed.items())
        # a folder of this machine is nothing to show in place of something else
        if kind in seen or changed.get("dataset", Dataset.DIGITS) not in DATASETS:
            continue
        seen.add(kind)
        counted = [name for name in changed if not _follows(name, before, after, flat)]
        distance = sum(_distance(before[name], after[name]) for name in counted)
        for moved in _moves(places, set(strategies)):
            there = {(moved.get("head", h), moved.get("dropout", d)) for h, d in places}
            covered = {name for place in there for name in strategies.get(place, ())} & wanted
            price = tuple(sorted(map(KEPT.index, (*counted, *moved)), reverse=True))
            missing = len(wanted) - len(covered)
            yield Candidate({**changed, **moved}, missing, price, distance)


def _follows(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any], flat: Mapping[str, Any]
) -> bool:
    """Whether a value is the data set's default, and the one before was that or had no effect."""
    if name == "dataset":
        return False
    there = usual({**flat, "dataset": after["dataset"]})
    alike = before[name] is None or (
        before["dataset"] != after["dataset"] and before[name] == usual(flat)[name]
    )
    return bool(alike and after[name] == there[name])


def _distance(before: Any, after: Any) -> float:
    """How far two numbers, or two lists of as many numbers, are apart; infinite for other lists."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return float(abs(after - before))
    if "," not in f"{before}{after}":
        return 0.0
    pairs = [[int(width) for width in text.split(",")] for text in (before, after)]
    alike = len(pairs[0]) == len(pairs[1])
    return float(sum(abs(a - b) for a, b in zip(*pairs, strict=True))) if alike else inf


def _moves(places: set[Place], there: set[Place]) -> Iterator[dict[str, str]]:
    """Changes of head and dropout that lead from one of some places to one that is stored."""
    heads, positions = {head for head, _ in places}, {position for _, position in places}
    if not there.isdisjoint(places):
        yield {}
    for head, position in sorted(there):
        if head in heads:
            yield {"dropout": position}
        if head in USUAL_HEADS:
            if position in positions:
                yield {"head": head}
            yield {"head": head, "dropout": position}


def _score(
    candidate: Candidate, chosen: Comparison, there: Mapping[Arm, int], wanted: int
) -> Score:
    """How good a candidate is whose networks are stored with so many seeds."""
    count = len(candidate.price)
    for axis in ("head", "dropout"):
        # fewer of them is a change as well
        if axis not in candidate.changed:
            count += _values(there, axis) != _values(chosen.arms, axis)
    missing = max(len(chosen.seeds) - min(there.values()), 0)
    strategies = wanted - len(_values(there, "pooling"))
    return strategies, count, missing, candidate.price, candidate.distance


def _values(arms: Iterable[Arm], axis: str) -> set[str]:
    return {str(getattr(arm, axis)) for arm in arms}


def _comparison(
    changed: Mapping[str, Any], there: Iterable[Arm], most: int, keys: set[str]
) -> Comparison | None:
    """The changed networks with all seeds that each of them has; None if there are none.

    Runs of an earlier version of the code are listed under their settings, but have other keys.
    """
    position = changed.get("dropout")
    try:
        arms = [
            Arm(
                arm.experiment.with_flat(**changed),
                DropoutPosition(position) if position else arm.asked,
            )
            for arm in there
        ]
    except ConfigError:
        return None
    stored = [arm for arm in Comparison.of(arms, ()).arms if arm.seeded(0).key in keys]
    seeds = takewhile(lambda s: all(arm.seeded(s).key in keys for arm in stored), range(most))
    return Comparison.of(stored, seeds) if stored else None


def _changes(chosen: Comparison, shown: Comparison) -> Iterator[Change]:
    """In what two comparisons differ, in the order of the settings."""
    flat = chosen.arms[0].experiment.to_flat()
    before, after = (_every_value(comparison) for comparison in (chosen, shown))
    for name in FIELDS:
        one, other = before.get(name, ()), after.get(name, ())
        if not other or set(one) == set(other):
            continue
        first, second = ({n: v[0] if v else None for n, v in e.items()} for e in (before, after))
        single = name in SHARED and len(one) <= 1 and len(other) == 1
        if not (single and _follows(name, first, second, flat)):
            yield Change(name, one, other)
    if len(shown.seeds) < len(chosen.seeds):
        yield Change(SEEDS, (len(chosen.seeds),), (len(shown.seeds),))


def _every_value(comparison: Comparison) -> dict[str, tuple[Any, ...]]:
    """Flat name -> the values that have an effect in a network, in order."""
    values: dict[str, dict[Any, None]] = {name: {} for name in (*SHARED, *AXES)}
    for arm in comparison.arms:
        recipe = place_of(arm.experiment.to_flat())[0]
        for name, value in zip(SHARED, recipe, strict=True):
            if value is not None:
                values[name][value] = None
        for name in AXES:
            values[name][str(getattr(arm, name))] = None
    return {name: tuple(each) for name, each in values.items()}
