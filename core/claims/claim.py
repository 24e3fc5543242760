"""The data model of a claim: a sentence about pooling, and the parts of its fair test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, log1p
from typing import Any, ClassVar, Self, TypeVar

from core.catalog import Page
from core.config import Experiment
from core.config.fields import FIELDS
from core.words import inside

CHOOSING_SEEDS = (0, 1, 2)
"""seeds whose validation accuracy decides a learning rate or a dropout rate"""
VERDICT_SEEDS = tuple(range(10))
"""paired seeds that a verdict needs"""

T = TypeVar("T")


class Kind(StrEnum):
    """What decides a claim."""

    EXACT = "exact"
    """arithmetic or autograd, without training"""
    MEASURED = "measured"
    """trained or timed networks"""
    BOTH = "both"


class ClaimVerdict(StrEnum):
    """The verdict on a part or on a whole claim."""

    SUPPORTED = "supported"
    NUANCED = "nuanced"
    """some parts are supported and others are not; never the verdict on a single part"""
    REFUTED = "refuted"
    ALIKE = "alike"
    """what is said to be more or less differs by less than the smallest interesting effect"""
    TOO_SMALL = "too_small"
    """the direction is as said, but the effect is smaller than the smallest interesting one"""
    UNDECIDED = "undecided"
    UNTESTED = "untested"
    """runs or computations are missing"""


AGAINST = frozenset({ClaimVerdict.REFUTED, ClaimVerdict.ALIKE, ClaimVerdict.TOO_SMALL})
"""verdicts on a part that speak against the claim"""


class Expectation(StrEnum):
    """What a hypothesis says about an arm relative to its reference."""

    MORE = "more"
    """the arm has more, by at least the smallest interesting effect"""
    LESS = "less"
    ALIKE = "alike"
    """they differ by less than the smallest interesting effect"""


class Unit(StrEnum):
    """The scale of an effect."""

    POINTS = "difference, percentage points"
    PERCENT = "share, %"
    TIMES = "ratio, times"


class Metric(StrEnum):
    """The quantity that is measured, one number per seed and network."""

    TEST_ACCURACY = "test accuracy"
    TRAIN_ACCURACY = "training accuracy"
    FINAL_GAP = "training minus test accuracy"
    MATCHED_GAP = "training minus validation accuracy at equal training loss"
    AGREEMENT = "answers that stay when the image moves"
    ONE_PIXEL = "answers that stay under a shift by one pixel"
    TIME_TO_ACCURACY = "time until both networks reach the same validation accuracy"
    STEP_TIME = "time of a training step"
    POOL_SHARE = "share of the time that goes into the pools"

    @property
    def is_ratio(self) -> bool:
        """Whether values are compared by their ratio, not by their difference."""
        return self in {Metric.STEP_TIME, Metric.TIME_TO_ACCURACY}

    @property
    def is_timed(self) -> bool:
        """Whether it is timed on untrained networks."""
        return self in {Metric.STEP_TIME, Metric.POOL_SHARE}

    @property
    def needs_maps(self) -> bool:
        """Whether it is computed from shift maps."""
        return self in {Metric.AGREEMENT, Metric.ONE_PIXEL}


class Certainty(StrEnum):
    """How we know a result from the literature."""

    READ = "read in the source"
    ABSTRACT = "abstract"
    SECOND_HAND = "second-hand copy of the table"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a paper found.

    Attributes:
        source: authors and year.
        result: the finding in a sentence.
        certainty: how we know it.
    """

    source: str
    result: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting chosen on the validation images, for each arm separately.

    Attributes:
        field: the flat name of the setting.
        values: the candidates; the first wins a tie.
    """

    field: str
    values: tuple[float, ...]

    @property
    def label(self) -> str:
        """The setting in words: "learning rate"."""
        return inside(FIELDS[self.field].about.label)


@dataclass(frozen=True, slots=True)
class ClaimArm:
    """A network of a claim.

    Attributes:
        name: what the page calls it.
        flat: flat settings that differ from their defaults.
        choice: the setting that is chosen on the validation images, if any.
    """

    zero: ClassVar[float] = 0.0
    """the effect of two equal arms"""

    name: str
    flat: Mapping[str, Any]
    choice: Choice | None = None

    def called(self, name: str) -> Self:
        """The same arm under another name."""
        return replace(self, name=name)

    @property
    def candidates(self) -> tuple[Experiment, ...]:
        """One experiment with seed 0 for each candidate value."""
        if self.choice is None:
            return (Experiment.from_flat(self.flat),)
        field, values = self.choice.field, self.choice.values
        return tuple(Experiment.from_flat({**self.flat, field: value}) for value in values)

    @property
    def networks(self) -> tuple[Self, ...]:
        """The networks that it contributes to a comparison: itself."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Level:
    """A fixed share with which one arm is compared.

    Attributes:
        share: a fraction.
    """

    networks: ClassVar[tuple[ClaimArm, ...]] = ()
    """it contributes no network to a comparison"""

    share: float

    @property
    def name(self) -> str:
        """What the page calls it: "25 %"."""
        return f"{100 * self.share:g} %"

    @property
    def zero(self) -> float:
        """The effect of an arm that is at the level."""
        return self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A part that measurements decide: an arm against another arm or a level, paired by seed.

    Attributes:
        says: the hypothesis in words.
        where: its circumstances, in a few words.
        metric: the quantity to compare.
        arm: the network that the hypothesis is about.
        against: its reference: another arm or a level.
        least: d, the smallest interesting effect: a fraction; for ratios, the excess over 1
            (0.1 is ten percent).
        expected: whether the arm is said to have more, less or as much.
    """

    says: str
    where: str
    metric: Metric
    arm: ClaimArm
    against: ClaimArm | Level
    least: float
    expected: Expectation = Expectation.MORE

    @property
    def arms(self) -> tuple[ClaimArm, ...]:
        """The networks that are measured: one or two."""
        return (self.arm, *self.against.networks)

    @property
    def unit(self) -> Unit:
        """The scale of its effect."""
        if self.metric.is_ratio:
            return Unit.TIMES
        return Unit.POINTS if self.against.networks else Unit.PERCENT

    @property
    def margin(self) -> float:
        """The smallest interesting effect as a difference; for ratios, of logarithms."""
        return log1p(self.least) if self.metric.is_ratio else self.least

    @property
    def zone(self) -> tuple[float, float]:
        """Where the whole interval must lie for the hypothesis to be supported, as differences."""
        match self.expected:
            case Expectation.MORE:
                return self.margin, inf
            case Expectation.LESS:
                return -inf, -self.margin
            case Expectation.ALIKE:
                return -self.margin, self.margin


@dataclass(frozen=True, slots=True)
class ExactStatement:
    """A part that a computation decides.

    Attributes:
        says: a statement that the computation shows to be true or false.
        fact: the name of the computation (`core.analyses.facts`).
    """

    says: str
    fact: str


Part = Hypothesis | ExactStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainAnswer:
    """The answer to a claim in plain words, and the outcomes of its parts for which it is true.

    Attributes:
        says: the answer, one sentence.
        holding: measures of which every decided part holds, and at least one is decided.
        failing: measures of which every decided part fails, and at least one is decided.
    """

    says: str
    holding: frozenset[Metric]
    failing: frozenset[Metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A common claim about pooling, and its fair test.

    Attributes:
        id: public name.
        text: the claim, in our words.
        test: the experiment, in a few sentences.
        expected: what we expected before we looked.
        change: what would change our mind.
        parts: the parts that decide the verdict.
        extras: further parts, not part of the verdict.
        literature: what papers found.
        page: a page on which visitors can try what is computed or timed, with the link's
            parameters; `core.claims.leads` derives links to trained networks from the data.
        answers: plain answers, each for its outcomes; without one, the verdict is said by rule.
    """

    id: str
    text: str
    test: str
    expected: str
    change: str
    parts: tuple[Part, ...]
    extras: tuple[Part, ...] = ()
    literature: tuple[Finding, ...] = ()
    page: tuple[Page, Mapping[str, Any]] | None = None
    answers: tuple[PlainAnswer, ...] = ()

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """All hypotheses, of parts and extras."""
        return of_type(Hypothesis, (*self.parts, *self.extras))

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of all computations, each once."""
        exact = of_type(ExactStatement, (*self.parts, *self.extras))
        return tuple(dict.fromkeys(statement.fact for statement in exact))

    @property
    def kind(self) -> Kind:
        """Whether its parts and extras are computed, measured, or both."""
        if not self.hypotheses:
            return Kind.EXACT
        return Kind.BOTH if self.facts else Kind.MEASURED


def of_type(kind: type[T], parts: Iterable[object]) -> tuple[T, ...]:
    """The parts, or results of parts, of one type, in order."""
    return tuple(part for part in parts if isinstance(part, kind))
