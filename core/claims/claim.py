"""What a claim is: a sentence about pooling, its parts, and what each part compares. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.config import Experiment

CHOOSING_SEEDS = (0, 1, 2)
"""seeds whose validation accuracy chooses a learning rate or a dropout rate"""
VERDICT_SEEDS = tuple(range(10))
"""paired seeds of a verdict; with fewer there is none"""


class Kind(StrEnum):
    """What decides a claim."""

    EXACT = "exact"
    """arithmetic or autograd, without training"""
    MEASURED = "measured"
    """trained networks"""
    BOTH = "both"


class Outcome(StrEnum):
    """What came out, for a part or a whole claim."""

    SUPPORTED = "supported"
    NUANCED = "nuanced"
    """some parts are supported and some are refuted; never said of one part"""
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    UNTESTED = "untested"
    """runs or computations are missing"""


class Metric(StrEnum):
    """What is read from a network, one number for each seed."""

    TEST_ACCURACY = "test accuracy"
    TRAIN_ACCURACY = "training accuracy"
    FINAL_GAP = "training minus test accuracy"
    MATCHED_GAP = "training minus validation accuracy at equal training loss"
    AGREEMENT = "answers that stay when the image moves"
    ONE_PIXEL = "answers that stay under a shift by one pixel"
    TIME_TO_ACCURACY = "time until both arms reach the same validation accuracy"
    STEP_TIME = "time of a training step"
    POOL_SHARE = "share of the time that goes into the pools"

    @property
    def is_ratio(self) -> bool:
        """Whether two values are compared by their ratio; otherwise by their difference."""
        return self in {Metric.STEP_TIME, Metric.TIME_TO_ACCURACY}

    @property
    def is_timed(self) -> bool:
        """Whether it is measured on the clock, without training."""
        return self in {Metric.STEP_TIME, Metric.POOL_SHARE}

    @property
    def needs_maps(self) -> bool:
        """Whether it needs the maps of the shift map."""
        return self in {Metric.AGREEMENT, Metric.ONE_PIXEL}


class Certainty(StrEnum):
    """How we know a figure of the literature."""

    READ = "read in the source"
    ABSTRACT = "abstract"
    SECOND_HAND = "second-hand copy of the table"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a paper found.

    Attributes:
        source: authors and year.
        found: in a sentence.
        certainty: how we know.
    """

    source: str
    found: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Recipe:
    """An arm: flat names, and perhaps one field whose value validation chooses.

    Attributes:
        name: how the page calls it.
        flat: what differs from the defaults.
        field: name of the field that is chosen, if any.
        values: what it may be.
    """

    name: str
    flat: Mapping[str, Any]
    field: str | None = None
    values: tuple[float, ...] = ()

    @property
    def candidates(self) -> tuple[Experiment, ...]:
        """One experiment for each value that may be chosen, with seed 0."""
        if self.field is None:
            return (Experiment.from_flat(self.flat),)
        return tuple(Experiment.from_flat({**self.flat, self.field: v}) for v in self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A measured part: an arm against its control, seed by seed.

    Attributes:
        says: what it would mean if it is supported, in words.
        where: under which circumstances, in few words.
        metric: what is compared.
        arm: of which something is claimed.
        control: what it is compared with; None: with `level`.
        level: what one arm alone is compared with.
        least: d, the smallest interesting effect: a fraction, or for a ratio its excess (0.1 is
            ten percent).
        sign: +1 if the claim says that the arm has more, -1 if less.
        equivalent: whether the claim says that they are alike, within d.
    """

    says: str
    where: str
    metric: Metric
    arm: Recipe
    control: Recipe | None = None
    level: float = 0.0
    least: float
    sign: int = 1
    equivalent: bool = False

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Its arms."""
        return (self.arm,) if self.control is None else (self.arm, self.control)


@dataclass(frozen=True, slots=True)
class Exact:
    """A part that a computation decides.

    Attributes:
        says: what is computed, as a statement that holds or does not.
        fact: the name of the computation (`core.analyses.facts`).
    """

    says: str
    fact: str


Part = Contrast | Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence that is said about pooling, and its fair test.

    Attributes:
        id: public name.
        text: the claim, in our words.
        kind: what decides it.
        test: the experiment, in a few sentences.
        expected: what we expected before we looked.
        parts: what the verdict is made of.
        beside: measured as well; no part of the verdict.
        literature: what papers found.
        change: what would change our mind.
        page: the page on which one can try what is computed or timed, with its parameters;
            trained networks are found again by themselves (`core.claims.leads`).
    """

    id: str
    text: str
    kind: Kind
    test: str
    expected: str
    change: str
    parts: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    literature: tuple[Finding, ...] = field(default=())
    page: tuple[str, Mapping[str, Any]] | None = None

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        """Everything that is measured."""
        return tuple(part for part in (*self.parts, *self.beside) if isinstance(part, Contrast))

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of everything that is computed, each once."""
        found = (part.fact for part in (*self.parts, *self.beside) if isinstance(part, Exact))
        return tuple(dict.fromkeys(found))
