"""On what a verdict depends, in words: "Yes with a GAP head (+16.5 to +20.5 points); no with …"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from core.claims.claim import Hypothesis, Unit
from core.claims.dependence import Attribute, Dependence, Group, Outcome, outcome
from core.claims.results import ComparedPart
from core.sentences.effects import UNITS, in_unit
from core.words import capitalised, join, number_word, plural

_PHRASES = {
    Attribute.MEASURE: ("for the {}", "for the {}"),
    Attribute.HEAD: ("with a {} head", "with {} heads"),
    Attribute.DATA: ("on {}", "on {}"),
    Attribute.SIZE: ("with {}", "with {}"),
    Attribute.POLARITY: ("{}", "{}"),
    Attribute.STRATEGY: ("for {}", "for {}"),
    Attribute.REFERENCE: ("against {}", "against {}"),
    Attribute.NORM: ("with {}", "with {}"),
    Attribute.DROPOUT: ("against dropout {}", "against dropout {}"),
    Attribute.WIDTHS: ("at widths {}", "at widths {}"),
}
"""an attribute with one value and with several, as the end of "yes …" or "no …\""""
_BEGINNINGS = {Outcome.YES: "yes", Outcome.NO: "no", Outcome.OPEN: "undecided"}


@dataclass(frozen=True, slots=True)
class _Item:
    """Groups with one outcome that can be named together.

    Attributes:
        named: attributes with the values that they have, in the order of the words.
        outcome: of all decided parts.
        results: the parts.
    """

    named: tuple[tuple[Attribute, tuple[str, ...]], ...]
    outcome: Outcome
    results: tuple[ComparedPart, ...]

    @property
    def words(self) -> str:
        """As in "with a GAP head on MNIST (+16.5 to +20.5 points; one of three undecided)"."""
        decided = [r for r in self.results if outcome(r.verdict) is not Outcome.OPEN]
        remarks = [span(decided)] if decided else []
        if decided and len(decided) < len(self.results):
            undecided = number_word(len(self.results) - len(decided))
            remarks.append(f"{undecided} of {number_word(len(self.results))} undecided")
        said = " ".join(phrase(attribute, values) for attribute, values in self.named)
        remark = "; ".join(filter(None, remarks))
        return f"{said} ({remark})" if remark else said


def phrase(attribute: Attribute, values: Sequence[str]) -> str:
    """Values of an attribute as a circumstance: "with a GAP head", "on digits and shapes"."""
    one, several = _PHRASES[attribute]
    return (one if len(values) == 1 else several).format(join(list(values)))


def span(results: Sequence[ComparedPart]) -> str:
    """The mean effects of some parts: "+2.3 to +12.3 points"; empty if their units differ."""
    known = [result for result in results if result.difference] if _alike(results) else []
    means = sorted(result.difference.mean for result in known if result.difference)
    if not means:
        return ""
    part = known[0].part
    ends = dict.fromkeys(in_unit(part, mean) for mean in (means[0], means[-1]))
    return f"{' to '.join(ends)} {UNITS[part.unit]}"


def depends(found: Dependence, results: Sequence[ComparedPart]) -> str:
    """On what the outcome of measured parts depends, without a full stop at its end.

    Args:
        found: what separates the outcomes.
        results: the parts.
    """
    if not found.attributes:
        return f"{_counted(results)}; {_none(found.varying)}"
    items = _items(found)
    clauses = []
    for each, beginning in _BEGINNINGS.items():
        said = [item.words for item in items if item.outcome is each]
        if said:
            clauses.append(f"{beginning} {join(said)}")
    return capitalised("; ".join(clauses))


def alternatives(found: Dependence) -> str:
    """That other attributes separate the outcomes as well; empty if none do."""
    if not found.alternatives:
        return ""
    others = [join([f"the {each}" for each in chosen]) for chosen in found.alternatives]
    return (
        f"{capitalised(' or '.join(others))} would separate these parts just as well: they cannot "
        "tell which of them it is."
    )


def _items(found: Dependence) -> list[_Item]:
    """The groups in as few items as possible, over all orders of the attributes."""
    orders = permutations(range(len(found.attributes)))
    return min((_named(found.groups, found.attributes, order) for order in orders), key=len)


def _named(
    groups: Sequence[Group], chosen: Sequence[Attribute], order: Sequence[int]
) -> list[_Item]:
    """Items for groups, split by one attribute after the other until all have one outcome."""
    outcomes = {group.outcome for group in groups}
    if not order or len(outcomes) == 1:
        everything = tuple(result for group in groups for result in group.results)
        return [_Item((), outcomes.pop(), everything)]
    first, *rest = order
    merged: dict[tuple[object, ...], tuple[list[str], list[_Item]]] = {}
    for value in dict.fromkeys(group.values[first] for group in groups):
        below = [group for group in groups if group.values[first] == value]
        for item in _named(below, chosen, rest):
            values, items = merged.setdefault((item.named, item.outcome), ([], []))
            values.append(value)
            items.append(item)
    return [
        _Item(
            ((chosen[first], tuple(values)), *items[0].named),
            items[0].outcome,
            tuple(result for item in items for result in item.results),
        )
        for values, items in merged.values()
    ]


def _counted(results: Sequence[ComparedPart]) -> str:
    """How many parts have each outcome: "Yes in four of twelve parts (…), no in five (…)"."""
    total = len(results)
    clauses: list[str] = []
    for each, beginning in _BEGINNINGS.items():
        some = [result for result in results if outcome(result.verdict) is each]
        if some:
            of = f" of {number_word(total)} {plural('part', total)}" if not clauses else ""
            effects = "" if each is Outcome.OPEN else f" ({span(some)})"
            clauses.append(f"{beginning} in {number_word(len(some))}{of}{effects}")
    return capitalised(", ".join(clauses))


def _none(varying: Sequence[Attribute]) -> str:
    """That no set of attributes separates the outcomes."""
    names = [f"the {each}" for each in varying]
    if len(names) == 1:
        return f"{names[0]} does not separate the outcomes"
    more = ", nor any of them together," if len(names) > 2 else ""  # noqa: PLR2004
    return f"neither {' nor '.join(names)}{more} separates the outcomes"


def _alike(results: Sequence[ComparedPart]) -> bool:
    return len({(result.part.unit, _level(result.part)) for result in results}) == 1


def _level(part: Hypothesis) -> float:
    return part.against.zero if part.unit is Unit.PERCENT else 0.0
