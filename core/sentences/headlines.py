"""The sentence above a figure, computed from the data, and no more certain than the data.

A sentence is a tuple of text and strategies, so that a page can put a coloured mark before each
name and a terminal can print it plain.
"""

from collections.abc import Callable, Sequence

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, Pooling
from core.comparison import Arm, Facet, Results, chance
from core.comparison.families import Pair, against, compare_facet, interaction
from core.comparison.statistics import Difference, Verdict, mean_interval
from core.sentences.intervals import accuracy
from core.words import (
    NUMBER_WORDS,
    about,
    capitalised,
    inside,
    join,
    number_word,
    plural,
    size_in_points,
)

Sentence = tuple[str | Pooling, ...]

MOST_NAMED_STRATEGIES = 3
"""strategies that a sentence names before it only counts the rest"""


def plain(sentence: Sentence) -> str:
    """The sentence as plain text, with strategies by their label."""
    text = "".join(
        inside(POOLINGS[part].label) if isinstance(part, Pooling) else part for part in sentence
    )
    return capitalised(text)


def accuracy_headline(results: Results, pooling: Pooling | None = None) -> Sentence:
    """Which differences are established, and which are not, in the first facet that has any.

    Networks that have not learned are named first; where none has, nothing is compared.
    """
    return _after_caution(results, lambda: _accuracy(results, pooling))


def _after_caution(results: Results, compared: Callable[[], Sentence]) -> Sentence:
    """A caution about networks that have not learned, then the comparison, if there is one."""
    first = chance.caution(results)
    if chance.nothing_learned(results):
        return first
    return (*first, " ", *compared()) if first else compared()


def headline_facet(results: Results, pooling: Pooling | None = None) -> Facet | None:
    """The facet that the headline is about: the first with a comparison, else the first with runs.

    Args:
        results: what is compared.
        pooling: the strategy of the reference, where it has runs.
    """
    trained = [f for f in results.comparison.facets if results.reference(f)]
    compared = (f for f in trained if compare_facet(results, f, pooling))
    return next(compared, next(iter(trained), None))


def _accuracy(results: Results, pooling: Pooling | None = None) -> Sentence:
    facet = headline_facet(results, pooling)
    reference = results.reference(facet, pooling) if facet else None
    if facet is None or reference is None:
        return ("This comparison has not been trained yet.",)
    compared = compare_facet(results, facet, pooling)
    start = capitalised(facet.clause)
    if not compared:
        pairs = _of_one_strategy(results, reference)
        return _settings(pairs) if pairs else _alone(results, reference, start)
    ahead = [c for c in compared if c.difference.verdict is Verdict.LOWER]
    behind = [c for c in compared if c.difference.verdict is Verdict.HIGHER]
    open_ = [c for c in compared if c.difference.verdict is Verdict.UNDECIDED]
    if not ahead and not behind:
        return (
            f"{start}, {_seeds(open_)} cannot tell ",
            reference.pooling,
            " from ",
            *_names([c.arm.pooling for c in open_], "or"),
            ".",
        )
    sentence: Sentence = (f"{start}, ", reference.pooling, " is ")
    if ahead:
        sentence += ("ahead of ", *_amounts(ahead, "of "))
    if behind:
        sentence += (", and " if ahead else "", "behind ", *_amounts(behind, ""))
    if open_:
        sentence += (
            f"; {_seeds(open_)} cannot tell it from ",
            *_names([c.arm.pooling for c in open_], "or"),
        )
    return (*sentence, ".")


def _of_one_strategy(results: Results, reference: Arm) -> Sequence[Pair]:
    """The other heads and dropout positions against the first, if there is only one strategy."""
    one = len({arm.pooling for arm in results.comparison.arms}) == 1
    return against(results, reference) if one else ()


def _settings(pairs: Sequence[Pair]) -> Sentence:
    """How heads, or dropout positions, of one strategy compare with the first."""
    reference = pairs[0].reference
    one_head = all(pair.arm.head == reference.head for pair in pairs)

    def called(arm: Arm) -> str:
        dropout = DROPOUT_POSITIONS[arm.dropout].label
        head = f"a {HEADS[arm.head].label} head"
        several = len({pair.arm.dropout for pair in pairs} | {reference.dropout}) > 1
        return dropout if one_head else f"{head} and {dropout}" if several else head

    def amounts(verdict: Verdict) -> list[str]:
        those = (pair for pair in pairs if pair.difference.verdict is verdict)
        return [f"{called(pair.arm)} by {_by(pair.difference)}" for pair in those]

    groups = (("ahead of", amounts(Verdict.LOWER)), ("behind", amounts(Verdict.HIGHER)))
    decided = join([f"{word} {join(those)}" for word, those in groups if those])
    open_ = [pair for pair in pairs if not pair.decided]
    undecided = join([called(pair.arm) for pair in open_])
    first = called(reference)
    head = f" and a {HEADS[reference.head].label} head" if one_head else ""
    start = ("With ", reference.pooling, head, ", ")
    if not decided:
        return (*start, f"{_seeds(open_)} cannot tell {first} from {undecided}.")
    rest = f"; {_seeds(open_)} cannot tell it from {undecided}" if open_ else ""
    return (*start, f"{first} is {decided}{rest}.")


def home_headline(results: Results) -> Sentence:
    """How much the pool matters under each head, if the comparison has two heads.

    Networks that have not learned are named first.
    """
    return _after_caution(results, lambda: _home(results))


def _home(results: Results) -> Sentence:
    facets = [f for f in results.comparison.facets if compare_facet(results, f)]
    if not facets:
        return _accuracy(results)
    first = facets[0]
    # if dropout differed too, either could make the difference
    alike = (f for f in facets if f.head != first.head and f.dropout == first.dropout)
    second, reference = next(alike, None), results.reference(first)
    if second is None or reference is None:
        return _accuracy(results)
    compared = compare_facet(results, first)
    largest = max(compared, key=lambda c: abs(c.difference.mean))
    other = _same(results, second, largest.arm.pooling, reference.pooling)
    if other is None or largest.difference.verdict is Verdict.UNDECIDED:
        return _accuracy(results)
    interacts = _interacts(results, largest, other, len(compared))
    opening = "The head decides how much the pool matters: " if interacts else ""
    return (
        f"{opening}{first.clause if opening else capitalised(first.clause)}, ",
        largest.arm.pooling,
        f" is {_by(largest.difference)} {_side(largest.difference)} ",
        reference.pooling,
        f"; {second.clause}, {_second(largest.difference, other.difference, interacts=interacts)}.",
    )


def _same(results: Results, facet: Facet, pooling: Pooling, base: Pooling) -> Pair | None:
    """The comparison of two strategies in a facet; None unless both have runs for it."""
    reference = results.reference(facet, base)
    if reference is None or reference.pooling != base:
        return None
    compared = compare_facet(results, facet, base)
    return next((c for c in compared if c.arm.pooling == pooling), None)


def learning_headline(networks: int) -> Sentence:
    """That networks are being trained, of which none can be compared yet."""
    if networks == 1:
        return ("This network is being trained: watch its curve grow.",)
    return (f"{capitalised(number_word(networks))} networks are being trained: watch them learn.",)


def train_headline(
    missing: int, total: int, time: str | None, *, training: bool = False, trains: bool = True
) -> Sentence:
    """How many runs are missing and how long they take.

    Args:
        missing: number of runs without a result.
        total: number of runs of the comparison.
        time: how long they take; None if that is unknown.
        training: whether they are being trained.
        trains: whether this installation can train them.
    """
    if total == 0:
        return ("Choose something to compare.",)
    if missing == 0:
        return (f"{capitalised(_every(total))} of this comparison {_is(total)} trained.",)
    # do not mix words and digits in one sentence
    some = number_word(missing) if total < len(NUMBER_WORDS) else f"{missing:,}"
    count = f"{some} of {number_word(total)} runs"
    count = capitalised(_every(total) if missing == total else count)
    if training:
        left = f"; {about(time)} to go" if time else ""
        return (f"{count} {_is(missing)} still being trained{left}.",)
    if not trains:
        return (f"{count} {_is(missing)} missing; this installation trains none.",)
    if time is None:
        return (f"{count} {_is(missing)} missing; how long that takes is not known yet.",)
    return (f"{count} {_is(missing)} missing; {about(time)} on this machine.",)


def history_headline(here: int, bundled: int) -> Sentence:
    """How many runs are stored, and how many of them came with Poolscope."""
    total = here + bundled
    if total == 0:
        return ("Nothing is stored yet.",)
    if here == 0:
        return (f"{capitalised(_every(total))} stored here came with Poolscope.",)
    if bundled == 0:
        return (f"{total:,} {plural('run', total)} {_is(total)} stored.",)
    others = f"{here:,} that {'was' if here == 1 else 'were'} trained here or imported"
    return (f"{bundled:,} bundled {plural('run', bundled)}, and {others}.",)


def routing_headline(
    gradients: Sequence[tuple[Pooling, int, int]],
    first: tuple[str, Sequence[tuple[Pooling, str]]] | None = None,
) -> Sentence:
    """The output of a window, and how many cells each operator sends gradient to, fewest first.

    Args:
        gradients: operator, number of inputs that gradient reaches, number of inputs.
        first: the numbers of the first window and each operator's output; None to leave it out.
    """
    if not gradients:
        return ("Strided has no pooling layer: its convolution skips every other position.",)
    parts: list[str | Pooling] = []
    if first:
        for number, (pooling, result) in enumerate(first[1]):
            turned = f" turns {first[0]}" if number == 0 else ""
            parts += [*([", "] if parts else []), pooling, f"{turned} into {result}"]
        parts.append(". Backwards, ")
    started = len(parts)
    groups: dict[tuple[int, int], list[Pooling]] = {}
    for pooling, reached, cells in gradients:
        groups.setdefault((reached, cells), []).append(pooling)
    for (reached, cells), poolings in sorted(groups.items()):
        to = f" to all {cells}" if reached == cells else f" to {reached}"
        if len(parts) == started:
            of = "" if reached == cells else f" of {cells}"
            to = f" {'send' if len(poolings) > 1 else 'sends'} gradient{to}{of} cells"
        parts += [*([", "] if len(parts) > started else []), *_names(poolings, "and"), to]
    learned = [pooling for pooling, _, _ in gradients if POOLINGS[pooling].learned]
    if learned:
        start = "starts" if len(learned) == 1 else "start"
        it = "it" if len(learned) == 1 else "they"
        parts += ["; ", *_names(learned, "and"), f" as {it} {start}, untrained"]
    return (*parts, ".")


def _alone(results: Results, arm: Arm, start: str) -> Sentence:
    values = list(results.test_accuracy(arm).values())
    seeds, reached = plural("seed", len(values)), accuracy(mean_interval(values))
    return (
        f"{start}, ",
        arm.pooling,
        f" reaches {reached} on the test images, over {number_word(len(values))} {seeds}.",
    )


def _amounts(compared: Sequence[Pair], again: str) -> Sentence:
    """The names of strategies with their amounts, largest first; the rest are counted."""
    ordered = sorted(compared, key=lambda c: -abs(c.difference.mean))
    parts: Sentence = ()
    for index, item in enumerate(ordered[:MOST_NAMED_STRATEGIES]):
        last = index == len(ordered) - 1
        joint = "" if index == 0 else (" and " if last else ", ") + again
        amount = _by(item.difference) if index == 0 else _amount(item.difference)
        parts += (joint, item.arm.pooling, f" by {amount}")
    if len(ordered) > MOST_NAMED_STRATEGIES:
        rest = len(ordered) - MOST_NAMED_STRATEGIES
        parts += (f" and {again}{number_word(rest)} {plural('other', rest)}",)
    return parts


def _names(poolings: Sequence[Pooling], conjunction: str) -> Sentence:
    shown = list(poolings[:MOST_NAMED_STRATEGIES])
    parts: Sentence = ()
    for index, name in enumerate(shown):
        last = index == len(shown) - 1 and len(poolings) <= MOST_NAMED_STRATEGIES
        joint = "" if index == 0 else f" {conjunction} " if last else ", "
        parts += (joint, name) if joint else (name,)
    if len(poolings) > MOST_NAMED_STRATEGIES:
        rest = len(poolings) - MOST_NAMED_STRATEGIES
        parts += (f" {conjunction} {number_word(rest)} {plural('other', rest)}",)
    return parts


def _seeds(compared: Sequence[Pair]) -> str:
    least = min(c.difference.n for c in compared)
    images = {c.difference.spread.images for c in compared if c.difference.spread}
    also = f" and {images.pop():,} images" if images else ""
    return f"these {number_word(least)} seeds{also}"


def _interacts(results: Results, first: Pair, second: Pair, candidates: int) -> bool:
    """Whether the pool's effect differs between the heads, paired by seed.

    Corrected for the number of candidates, because `first` is the largest of them.
    """
    one, other = ((pair.arm, pair.reference) for pair in (first, second))
    effect = interaction(results, one, other, comparisons=candidates)
    return effect is not None and effect.verdict is not Verdict.UNDECIDED


def _second(first: Difference, second: Difference, *, interacts: bool) -> str:
    if second.verdict is Verdict.UNDECIDED:
        return f"{number_word(second.n)} seeds are too few to tell which is ahead"
    if second.verdict is not first.verdict:
        return f"{_by(second)} {_side(second)}"
    # "only" claims that the heads differ
    smaller = interacts and abs(second.mean) < abs(first.mean)
    return f"{'only ' if smaller else ''}{_amount(second)}"


def _amount(difference: Difference) -> str:
    size = size_in_points(difference.mean)
    return "less than 0.1" if size == "0.0" else size


def _by(difference: Difference) -> str:
    return f"{_amount(difference)} points"


def _side(difference: Difference) -> str:
    return "below" if difference.mean < 0 else "above"


def _every(total: int) -> str:
    names = {1: "the only run", 2: "both runs"}
    return names.get(total, f"all {number_word(total)} runs")


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
