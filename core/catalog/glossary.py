"""Terms of the trade, each with one sentence in plain words: the one place that explains them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.catalog.pages import Page


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the trade.

    Attributes:
        name: as a list of terms shows it.
        sentence: what it means, for somebody who does not know the field.
        forms: a regular expression for how it is written in running text.
        pages: pages that use it in captions, cards or figures, below their headline.
    """

    name: str
    sentence: str
    forms: str
    pages: frozenset[Page] = frozenset()

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the term as a word of its own."""
        return re.compile(rf"(?<![\w-]){self.forms}(?![\w-])")


_COMPARING = frozenset({Page.HOME, Page.ACCURACY, Page.CLAIMS})
_EVERYWHERE = frozenset(Page)

TERMS: tuple[Term, ...] = (
    Term(
        "pooling",
        "Pooling makes a map smaller: each window of neighbouring values becomes one value.",
        "[Pp]ooling",
        _EVERYWHERE,
    ),
    Term(
        "head",
        "The head is the end of a network: it turns the last maps into one score for each class.",
        "[Hh]eads?",
        _COMPARING | {Page.SHIFT, Page.FEATURES, Page.COST, Page.HISTORY},
    ),
    Term(
        "GAP",
        "A GAP head (global average pooling) keeps the mean of each map, so it forgets where in "
        "the image something was.",
        "GAP",
        _COMPARING | {Page.SHIFT, Page.FEATURES, Page.COST, Page.HISTORY},
    ),
    Term(
        "Flatten",
        "A Flatten head keeps every value of the last maps with its place; it has many more "
        "weights.",
        "Flatten",
        _COMPARING | {Page.SHIFT, Page.FEATURES, Page.COST, Page.HISTORY},
    ),
    Term(
        "points",
        "Points are percentage points: from 90 % to 92 % is two points.",
        "points?",
        _COMPARING | {Page.COST},
    ),
    Term(
        "seed",
        "A seed fixes everything that is random in one training; each network is trained once for "
        "every seed.",
        "[Ss]eeds?",
        _EVERYWHERE - {Page.BY_HAND},
    ),
    Term(
        "run",
        "A run is one training of one network with one seed.",
        "[Rr]uns?",
        _EVERYWHERE - {Page.BY_HAND},
    ),
    Term(
        "strategy",
        "A strategy is one way to make maps smaller: a kind of pooling, a stride, or none at all.",
        "[Ss]trateg(?:y|ies)",
        frozenset({Page.HOME, Page.ACCURACY, Page.COST, Page.CLAIMS}),
    ),
    Term(
        "bundled",
        "Bundled runs were trained beforehand and came with Poolscope.",
        "[Bb]undled",
        _COMPARING | {Page.HISTORY},
    ),
    Term(
        "undecided",
        "Undecided: these seeds are too few to say which is ahead.",
        "[Uu]ndecided",
        _COMPARING,
    ),
    Term(
        "interval",
        "A 95 % interval is the range in which the true mean can be expected: 95 of 100 such "
        "ranges contain it.",
        "intervals?",
        _COMPARING,
    ),
    Term(
        "paired",
        "Paired: for each seed both networks start alike and see the same images in the same "
        "order, and only their difference counts.",
        "[Pp]aired",
        _COMPARING,
    ),
    Term(
        "MACs",
        "MACs (multiply-accumulate operations) count the arithmetic that one image takes.",
        "MACs?",
        frozenset({Page.COST, Page.ACCURACY, Page.CLAIMS}),
    ),
    Term(
        "receptive field",
        "The receptive field of a value is the part of the image that it can depend on.",
        "[Rr]eceptive fields?",
        frozenset({Page.COST, Page.ACCURACY, Page.CLAIMS, Page.FEATURES}),
    ),
    Term(
        "batch norm",
        "Batch norm keeps the values between two layers in a fixed range, which makes training "
        "easier.",
        "[Bb]atch norm",
        frozenset({Page.CLAIMS, Page.COST}),
    ),
    Term(
        "dropout",
        "Dropout sets random values to zero during training, so that no single one can be relied "
        "on.",
        "[Dd]ropout",
        frozenset({Page.HOME, Page.ACCURACY, Page.CLAIMS}),
    ),
    Term(
        "gradient",
        "The gradient says how much the result would change with each number; training follows it.",
        "[Gg]radients?",
        frozenset({Page.HOME, Page.BY_HAND, Page.CLAIMS, Page.FEATURES, Page.COST}),
    ),
    Term(
        "channel",
        "A channel is one map of a layer: what one filter finds at every place of the image.",
        "[Cc]hannels?",
        frozenset({Page.FEATURES, Page.CLAIMS, Page.COST}),
    ),
    Term(
        "validation",
        "Validation images are kept apart from training, to choose settings; test images judge.",
        "[Vv]alidation",
        frozenset({Page.ACCURACY, Page.CLAIMS, Page.HISTORY}),
    ),
    Term(
        "at chance",
        "A network at chance has learned nothing: it is right as often as guessing.",
        "at chance",
        frozenset({Page.CLAIMS}),
    ),
    Term(
        "learning rate",
        "The learning rate is the size of the steps in training.",
        "[Ll]earning rates?",
        frozenset({Page.CLAIMS, Page.ACCURACY}),
    ),
)


def terms_of(page: Page, without: Iterable[Term]) -> list[Term]:
    """The terms that a page uses, except those already explained."""
    known = set(without)
    return [term for term in TERMS if page in term.pages and term not in known]
