"""A comparison: arms that differ in their configuration, each trained with the same seeds.

A comparison lists the experiments it needs; its results hold the runs that exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, DropoutPosition, Head, Pooling
from core.config import Experiment
from core.run import Run, Status


@dataclass(frozen=True, slots=True)
class Arm:
    """One configuration of a comparison; its experiment represents all seeds.

    Attributes:
        experiment: what is trained.
        asked: the dropout position that was asked for. Where a block does not downsample by a
            pool, before-pool and after-pool are the same network with the same key; the arm is
            still grouped with the arms of the position that was asked for.
    """

    experiment: Experiment
    asked: DropoutPosition | None = None

    @property
    def pooling(self) -> Pooling:
        """Its downsampling strategy."""
        return self.experiment.model.pooling

    @property
    def head(self) -> Head:
        """Its head."""
        return self.experiment.model.head

    @property
    def dropout(self) -> DropoutPosition:
        """Its dropout position, as asked for."""
        return self.asked or self.experiment.model.dropout

    @property
    def name(self) -> str:
        """The public names that distinguish it from other arms of its comparison: "max gap"."""
        dropout = [] if self.dropout is DropoutPosition.NONE else [self.dropout]
        return " ".join(map(str, [self.pooling, self.head, *dropout]))

    @property
    def label(self) -> str:
        """Its name for people: "Max + GAP, dropout in the head"."""
        return f"{POOLINGS[self.pooling].label} + {self.head_label}"

    @property
    def head_label(self) -> str:
        """The part of its label after the pooling: "GAP", and any dropout."""
        return HEADS[self.head].label + _dropout(self.dropout, ", ")

    @property
    def label_without_head(self) -> str:
        """Its name among arms that share a head: "Max", and any dropout."""
        return POOLINGS[self.pooling].label + _dropout(self.dropout, ", ")

    @property
    def label_without_dropout(self) -> str:
        """Its name where dropout does not matter: "Max + GAP"."""
        return f"{POOLINGS[self.pooling].label} + {HEADS[self.head].label}"

    @property
    def clause(self) -> str:
        """Text to follow its pooling in a sentence: "with a GAP head", and any dropout."""
        return f"with a {HEADS[self.head].label} head{_dropout(self.dropout, ' and ')}"

    def seeded(self, seed: int) -> Experiment:
        """The experiment that trains this arm with one seed."""
        return _seeded(self.experiment, seed)


@lru_cache(maxsize=4096)
def _seeded(experiment: Experiment, seed: int) -> Experiment:
    """Cached, because validating it and hashing its key cost more than drawing it does."""
    return experiment.with_flat(seed=seed)


def of_lowest_seed(experiments: Iterable[Experiment]) -> tuple[Experiment, ...]:
    """Of each network among some experiments the one with the lowest seed, in their order."""
    lowest: dict[Experiment, Experiment] = {}
    for experiment in experiments:
        known = lowest.setdefault(_seeded(experiment, 0), experiment)
        if experiment.seed < known.seed:
            lowest[_seeded(experiment, 0)] = experiment
    return tuple(lowest.values())


@dataclass(frozen=True, slots=True)
class Facet:
    """Arms that share head and dropout: the lines of one figure."""

    head: Head
    dropout: DropoutPosition
    arms: tuple[Arm, ...]

    @property
    def label(self) -> str:
        """What its arms share, as part of a title: "GAP head", and any dropout."""
        return f"{HEADS[self.head].label} head{_dropout(self.dropout, ', ')}"

    @property
    def clause(self) -> str:
        """What its arms share, in a sentence: "with a GAP head", and any dropout."""
        return f"with a {HEADS[self.head].label} head{_dropout(self.dropout, ' and ')}"


def _dropout(position: DropoutPosition, joint: str) -> str:
    return "" if position is DropoutPosition.NONE else joint + DROPOUT_POSITIONS[position].label


@dataclass(frozen=True, slots=True)
class Comparison:
    """Arms and seeds. Arms that normalise to the same network are trained once."""

    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]

    @classmethod
    def of(cls, arms: Iterable[Experiment | Arm], seeds: Iterable[int]) -> "Comparison":
        """A comparison of arms, or of experiments that become arms, in order, without duplicates.

        The experiments' own seeds are ignored.
        """
        given = (arm if isinstance(arm, Arm) else Arm(arm) for arm in arms)
        unique = dict.fromkeys(Arm(_seeded(arm.experiment, 0), arm.asked) for arm in given)
        return cls(tuple(unique), tuple(seeds))

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """Every experiment, seed by seed, so that the first seeds of all arms come first."""
        every = (arm.seeded(seed) for seed in self.seeds for arm in self.arms)
        return tuple(dict.fromkeys(every))

    @property
    def facets(self) -> tuple[Facet, ...]:
        """The arms grouped by head and dropout position, in order of appearance."""
        groups: dict[tuple[Head, DropoutPosition], list[Arm]] = {}
        for arm in self.arms:
            groups.setdefault((arm.head, arm.dropout), []).append(arm)
        return tuple(Facet(head, dropout, tuple(arms)) for (head, dropout), arms in groups.items())


class Chance(StrEnum):
    """What the interval of a difference covers."""

    SEEDS_AND_IMAGES = "seeds-and-images"
    """other training seeds, and other test images like these"""
    SEEDS = "seeds"
    """other training seeds, on these test images"""


# equal only to itself, so that it can be a cache key for what is computed or drawn from it
@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """The runs of a comparison that exist, by key. They carry epochs, not weights.

    Attributes:
        comparison: what is compared.
        runs: key -> run.
        right: key -> which test images the run classified correctly, (images,); without some or
            all of them, intervals are over seeds alone (`core.comparison.answers`).
        chance: what intervals of differences are to cover.
        unread: why the right answers could not be read, as a clause; else empty.
    """

    comparison: Comparison
    runs: Mapping[str, Run] = field(default_factory=dict)
    right: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    chance: Chance = Chance.SEEDS_AND_IMAGES
    unread: str = ""
    _of: dict[Arm, dict[int, Run]] = field(default_factory=dict, init=False, repr=False)

    def of(self, arm: Arm) -> Mapping[int, Run]:
        """Seed -> run, for the runs of one arm that did not diverge."""
        if arm not in self._of:
            every = {seed: self.runs.get(arm.seeded(seed).key) for seed in self.comparison.seeds}
            self._of[arm] = {
                seed: run for seed, run in every.items() if run and run.status is Status.DONE
            }
        return self._of[arm]

    def test_accuracy(self, arm: Arm) -> dict[int, float]:
        """Seed -> test accuracy (fraction), for the runs of one arm that did not diverge."""
        return {
            seed: run.test_accuracy
            for seed, run in self.of(arm).items()
            if run.test_accuracy is not None
        }

    @property
    def asks_for_images(self) -> bool:
        """Whether intervals of differences are to cover other test images as well."""
        return self.chance is Chance.SEEDS_AND_IMAGES

    def right_answers(self, arm: Arm, seeds: Iterable[int]) -> NDArray[np.bool_] | None:
        """Which test images the runs of an arm classified correctly: (seeds, images).

        None if intervals are to be over seeds alone, or a run's answers are not known.
        """
        if not self.asks_for_images:
            return None
        rows = [self.right.get(run.key) for run in map(self.of(arm).get, seeds) if run]
        known = [row for row in rows if row is not None]
        return np.array(known) if known and len(known) == len(rows) else None

    def reference(self, facet: Facet, preferred: Pooling | None = None) -> Arm | None:
        """The arm that the others of a facet are compared with: the preferred one, or the first.

        None if every arm of the facet lacks a run that did not diverge.
        """
        trained = [arm for arm in facet.arms if self.test_accuracy(arm)]
        return next((arm for arm in trained if arm.pooling == preferred), next(iter(trained), None))

    @property
    def comparable(self) -> bool:
        """Whether two arms of a facet have runs; if every facet has one arm, whether any has."""
        there = [sum(bool(self.of(arm)) for arm in facet.arms) for facet in self.comparison.facets]
        several = any(len(facet.arms) > 1 for facet in self.comparison.facets)
        return max(there, default=0) > int(several)

    @property
    def missing(self) -> tuple[Experiment, ...]:
        """Experiments without a run."""
        return tuple(e for e in self.comparison.experiments if e.key not in self.runs)

    @property
    def diverged(self) -> tuple[Run, ...]:
        """Runs whose loss stopped being finite."""
        return tuple(run for run in self.runs.values() if run.status is Status.DIVERGED)
