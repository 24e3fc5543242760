"""What a claim is: a sentence about pooling, and the parts that its fair test tests. Pure data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, log1p
from typing import Any, ClassVar, Self, TypeVar

from core.catalog import Page
from core.config import Experiment

CHOOSING_SEEDS = (0, 1, 2)
"""seeds whose validation accuracy chooses a learning rate or a dropout rate"""
VERDICT_SEEDS = tuple(range(10))
"""paired seeds of a verdict; with fewer there is none"""

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
    """some parts are supported and others refuted; never the verdict on a single part"""
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    UNTESTED = "untested"
    """runs or computations are missing"""


class Expectation(StrEnum):
    """What a hypothesis says about an arm and what it is compared with."""

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
    """What is read from a network, one number per seed."""

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
        """Whether two values are compared by their ratio rather than their difference."""
        return self in {Metric.STEP_TIME, Metric.TIME_TO_ACCURACY}

    @property
    def is_timed(self) -> bool:
        """Whether it is timed on untrained networks."""
        return self in {Metric.STEP_TIME, Metric.POOL_SHARE}

    @property
    def needs_maps(self) -> bool:
        """Whether it is read from shift maps."""
        return self in {Metric.AGREEMENT, Metric.ONE_PIXEL}


class Certainty(StrEnum):
    """How we know a figure from the literature."""

    READ = "read in the source"
    ABSTRACT = "abstract"
    SECOND_HAND = "second-hand copy of the table"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a paper found.

    Attributes:
        source: authors and year.
        result: in a sentence.
        certainty: how we know.
    """

    source: str
    result: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Choice:
    """A field whose value validation chooses, for each arm separately.

    Attributes:
        field: its flat name.
        values: the candidates; the first wins a tie.
    """

    field: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClaimArm:
    """A network of a claim.

    Attributes:
        name: what the page calls it.
        flat: flat fields that differ from their defaults.
        choice: the field that validation chooses, if any.
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
        """One experiment per value that validation may choose, with seed 0."""
        if self.choice is None:
            return (Experiment.from_flat(self.flat),)
        field, values = self.choice.field, self.choice.values
        return tuple(Experiment.from_flat({**self.flat, field: value}) for value in values)

    @property
    def networks(self) -> tuple[Self, ...]:
        """The networks that it adds to a comparison: itself."""
        return (self,)


@dataclass(frozen=True, slots=True)
class Level:
    """A fixed share that one arm is compared with.

    Attributes:
        share: a fraction.
    """

    networks: ClassVar[tuple[ClaimArm, ...]] = ()
    """it adds none to a comparison"""

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
    """A part that measurements decide: an arm against another arm or a level, seed by seed.

    Attributes:
        says: what a supported hypothesis means, in words.
        where: under which circumstances, in a few words.
        metric: what is compared.
        arm: the network that something is said about.
        against: what it is compared with.
        least: d, the smallest interesting effect: a fraction; of a ratio, what exceeds 1
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
        """The smallest interesting effect as a difference; of a ratio, its logarithm."""
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
        says: what is computed, as a statement that is true or false.
        fact: the name of the computation (`core.analyses.facts`).
    """

    says: str
    fact: str


Part = Hypothesis | ExactStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence that is said about pooling, and its fair test.

    Attributes:
        id: public name.
        text: the claim, in our words.
        test: the experiment, in a few sentences.
        expected: what we expected before we looked.
        change: what would change our mind.
        parts: what the verdict is made of.
        extras: measured as well; not part of the verdict.
        literature: what papers found.
        page: where visitors can try what is computed or timed, with the parameters of the link;
            links to trained networks are found from the data (`core.claims.leads`).
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

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Everything that is measured."""
        return of_type(Hypothesis, (*self.parts, *self.extras))

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of everything that is computed, each once."""
        exact = of_type(ExactStatement, (*self.parts, *self.extras))
        return tuple(dict.fromkeys(statement.fact for statement in exact))

    @property
    def kind(self) -> Kind:
        """What decides it, or is measured and computed with it."""
        if not self.hypotheses:
            return Kind.EXACT
        return Kind.BOTH if self.facts else Kind.MEASURED


def of_type(kind: type[T], parts: Iterable[object]) -> tuple[T, ...]:
    """The parts, or results of parts, of one type, in order."""
    return tuple(part for part in parts if isinstance(part, kind))
