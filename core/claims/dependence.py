"""On what does the outcome of a claim depend? The smallest set of attributes that separates it.

Every measured part of a claim has attributes: the measure, the head, the data set, the strategy and
so on, read from its networks. The rule, which code applies and never a person:

1. A set of attributes separates the outcomes if no two parts with equal values of all of them
   have different outcomes: one that holds, and one that does not. Undecided parts fit anywhere.
2. A set of two or more counts only if it puts at least two decided parts into one group; otherwise
   it merely names every part.
3. The smallest such set is what the outcome depends on. Of several of one size, the first in the
   order of `ATTRIBUTES` is named, and the others are kept as alternatives: the data cannot tell
   which of them it is. A set with the measure has none, because parts that measure different
   things are not compared otherwise.
4. If there is none, none of the attributes separates the outcomes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, DropoutPosition, Head, Pooling
from core.claims.claim import AGAINST, ClaimArm, ClaimVerdict, Hypothesis
from core.claims.results import ComparedPart
from core.words import inside, join


class Attribute(StrEnum):
    """A circumstance in which the parts of a claim may differ, as pages name it."""

    MEASURE = "measure"
    HEAD = "head"
    DATA = "data set"
    SIZE = "number of training images"
    POLARITY = "polarity"
    STRATEGY = "strategy"
    REFERENCE = "reference"
    NORM = "norm"
    DROPOUT = "dropout of the reference"
    WIDTHS = "widths"


ATTRIBUTES = tuple(Attribute)
"""in the order in which they are named"""

_FIELDS = {
    Attribute.HEAD: "head",
    Attribute.DATA: "dataset",
    Attribute.POLARITY: "polarity",
    Attribute.NORM: "norm",
    Attribute.WIDTHS: "widths",
}
"""attribute -> the flat setting that it is read from, if both networks share it"""


class Outcome(StrEnum):
    """What a part, or a group of parts, says of the claim."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


def outcome(verdict: ClaimVerdict) -> Outcome:
    """What a verdict on a part says of the claim."""
    if verdict is ClaimVerdict.SUPPORTED:
        return Outcome.YES
    return Outcome.NO if verdict in AGAINST else Outcome.OPEN


def attributes(part: Hypothesis) -> dict[Attribute, str]:
    """The attributes of a part in plain text, such as "GAP", "MNIST" or "100 images"."""
    arms = part.arms
    # as the part names its networks: on a map of one cell, say, a Flatten head counts as GAP
    flats = [{**arm.candidates[0].to_flat(), **arm.flat} for arm in arms]
    settings = {
        attribute: join(list(dict.fromkeys(_in_words(attribute, flat[field]) for flat in flats)))
        for attribute, field in _FIELDS.items()
    }
    size = flats[0]["train_size"]
    pools = list(dict.fromkeys(_pool(flat) for flat in flats))
    return {
        Attribute.MEASURE: str(part.metric),
        **settings,
        Attribute.SIZE: f"{size} images",
        Attribute.STRATEGY: pools[0],
        Attribute.REFERENCE: pools[-1] if len(arms) > 1 else part.against.name,
        Attribute.DROPOUT: _dropout(flats[-1]),
    }


def _in_words(attribute: Attribute, value: object) -> str:
    match attribute:
        case Attribute.HEAD:
            return HEADS[Head(str(value))].label
        case Attribute.DATA:
            return _data_set(str(value))
        case Attribute.POLARITY:
            return str(value).replace("-", " ")
        case Attribute.NORM:
            return "no norm" if value == "none" else f"{value} norm"
    return str(value)


def _data_set(name: str) -> str:
    entry = ClaimArm("", {"dataset": name}).candidates[0].data.entry
    return entry.label


def _pool(flat: Mapping[str, object]) -> str:
    return inside(POOLINGS[Pooling(str(flat["pooling"]))].label)


def _dropout(flat: Mapping[str, object]) -> str:
    return inside(DROPOUT_POSITIONS[DropoutPosition(str(flat["dropout"]))].label)


def varying(parts: Iterable[Hypothesis]) -> tuple[Attribute, ...]:
    """The attributes in which parts differ, without those that only repeat another one."""
    every = [attributes(part) for part in parts]
    kept: list[Attribute] = []
    partitions: set[tuple[int, ...]] = set()
    for attribute in ATTRIBUTES:
        values = [each[attribute] for each in every]
        # parts with equal values, by number: two attributes that divide parts alike are one
        order = list(dict.fromkeys(values))
        partition = tuple(order.index(value) for value in values)
        if len(order) > 1 and partition not in partitions:
            kept.append(attribute)
            partitions.add(partition)
    return tuple(kept)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Parts with equal values of the attributes that separate the outcomes.

    Attributes:
        values: of those attributes, in their order.
        results: the parts.
    """

    values: tuple[str, ...]
    results: tuple[ComparedPart, ...]

    @property
    def outcome(self) -> Outcome:
        """Of its decided parts, which all agree; OPEN if none is decided."""
        outcomes = {outcome(result.verdict) for result in self.results} - {Outcome.OPEN}
        return outcomes.pop() if outcomes else Outcome.OPEN


@dataclass(frozen=True, slots=True, eq=False)
class Dependence:
    """On what the outcome of a claim depends.

    Attributes:
        attributes: the smallest set that separates the outcomes; empty if none does.
        groups: the parts by their values of these attributes; empty if none separates.
        alternatives: other sets of the same size that separate them as well.
        varying: all attributes in which the parts differ.
    """

    attributes: tuple[Attribute, ...]
    groups: tuple[Group, ...]
    alternatives: tuple[tuple[Attribute, ...], ...]
    varying: tuple[Attribute, ...]


def dependence(results: Sequence[ComparedPart]) -> Dependence | None:
    """On what the outcome of measured parts depends, by the rule.

    Args:
        results: the measured parts of a claim.

    Returns:
        None if the parts do not differ: there is not both one that holds and one that does not.
    """
    outcomes = {outcome(result.verdict) for result in results}
    if not {Outcome.YES, Outcome.NO} <= outcomes:
        return None
    differing = varying(result.part for result in results)
    for size in range(1, len(differing) + 1):
        sets = [chosen for chosen in combinations(differing, size) if _separates(chosen, results)]
        if sets:
            others = () if Attribute.MEASURE in sets[0] else tuple(sets[1:])
            return Dependence(sets[0], grouped(results, sets[0]), others, differing)
    return Dependence((), (), (), differing)


def grouped(results: Sequence[ComparedPart], chosen: Sequence[Attribute]) -> tuple[Group, ...]:
    """Parts by their values of some attributes, in the order in which these first occur."""
    groups: dict[tuple[str, ...], list[ComparedPart]] = {}
    for result in results:
        known = attributes(result.part)
        groups.setdefault(tuple(known[each] for each in chosen), []).append(result)
    return tuple(Group(values, tuple(members)) for values, members in groups.items())


def arranged(
    results: Sequence[ComparedPart],
) -> tuple[Attribute | None, tuple[Group, ...]]:
    """Parts in groups for display, by what the outcome depends on if that makes groups.

    Returns:
        The attribute and its groups, fewer than there are parts; without such an attribute, None
        and one group of all.
    """
    separating = dependence(results)
    differing = varying(result.part for result in results)
    for attribute in (*(separating.attributes if separating else ()), *differing):
        groups = grouped(results, (attribute,))
        if len(groups) < len(results):
            return attribute, groups
    return None, (Group((), tuple(results)),) if results else ()


def _separates(chosen: Sequence[Attribute], results: Sequence[ComparedPart]) -> bool:
    """Whether a set of attributes separates the outcomes, and does more than name every part."""
    groups = [
        [
            known
            for result in group.results
            if (known := outcome(result.verdict)) is not Outcome.OPEN
        ]
        for group in grouped(results, chosen)
    ]
    decided = [outcomes for outcomes in groups if outcomes]
    if any(len(set(outcomes)) > 1 for outcomes in decided):
        return False
    return len(chosen) == 1 or len(decided) < sum(map(len, decided))
