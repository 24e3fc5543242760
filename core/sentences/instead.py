"""What is shown in place of a comparison that has not been trained, and how does it differ?"""

from collections.abc import Callable, Sequence

from core.catalog import DATASETS, DROPOUT_POSITIONS, HEADS, Dataset, DropoutPosition, Head, Pooling
from core.comparison import Comparison
from core.comparison.nearest import SEEDS, Change
from core.sentences.headlines import Sentence
from core.words import inside, join, plural

NEAREST = "Nearest trained comparison: "
"""before every headline about it"""

IN_WORDS = ("dataset", "pooling", "head", "dropout")
"""settings whose values are called by name; of others the numbers say enough"""

Written = Callable[[str], str]
"""writes a text of strangers, such as the name of a folder, as what it is"""


def instead_headline(headline: Sentence) -> Sentence:
    """A headline about the comparison that is shown instead, which cannot pass for the other."""
    return (NEAREST, *headline)


def not_trained(chosen: Comparison, changes: Sequence[Change], written: Written = str) -> Sentence:
    """What was chosen and is not shown: "max and average, dropout in the head"."""
    strategies = _strategies(list(dict.fromkeys(arm.pooling for arm in chosen.arms)))
    rest = [_said(each, each.chosen, written) for each in changes if each.name != "pooling"]
    return (*strategies, *(f", {text}" for text in rest if text))


def shown_instead(changes: Sequence[Change], written: Written = str) -> Sentence:
    """What differs there: "no dropout instead of dropout in the head; 5 seeds instead of 10"."""
    parts: Sentence = ()
    for change in changes:
        parts += ("; ",) if parts else ()
        parts += _parts(change, change.shown, written)
        if change.chosen:
            # "learning rate 0.1 instead of 0.3"
            bare = change.name not in IN_WORDS
            before = (join([*map(str, change.chosen)]),) if bare else None
            parts += (" instead of ", *(before or _parts(change, change.chosen, written)))
    return parts


def _parts(change: Change, values: Sequence[object], written: Written) -> Sentence:
    """Values of a setting as part of a sentence; nothing if there are none."""
    if change.name == "pooling":
        return _strategies([Pooling(str(value)) for value in values])
    said = _said(change, values, written)
    return (said,) if said else ()


def _strategies(poolings: Sequence[Pooling]) -> Sentence:
    parts: Sentence = ()
    for number, pooling in enumerate(poolings):
        joint = " and " if number == len(poolings) - 1 else ", "
        parts += (joint, pooling) if number else (pooling,)
    return parts


def _said(change: Change, values: Sequence[object], written: Written) -> str:
    """Values of any other setting in words; empty if there are none."""
    texts = [str(value) for value in values]
    if not texts:
        return ""
    match change.name:
        case "dataset":
            return join(
                [DATASETS[Dataset(t)].label if t in DATASETS else written(t) for t in texts]
            )
        case "head":
            return f"{join([HEADS[Head(t)].label for t in texts])} {plural('head', len(texts))}"
        case "dropout":
            return join([DROPOUT_POSITIONS[DropoutPosition(text)].label for text in texts])
        case str(name) if name == SEEDS:
            return f"{texts[0]} {plural('seed', int(texts[0]))}"
    about = change.about
    unit = f" {about.unit}" if about.unit else ""
    return f"{inside(about.label)} {join(texts)}{unit}"


def _dataset(name: str, written: Written) -> str:
    return DATASETS[Dataset(name)].label if name in DATASETS else written(name)
