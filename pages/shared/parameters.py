"""Every parameter that a link may hold, its accepted values, and its default.

Streamlit skips what no control can show, so a mistyped link would silently open something else.
A test compares this table with the controls of all pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS, Head, Pooling
from core.claims import Kind
from core.comparison import Chance
from core.comparison.ledger import QUANTITIES
from core.config.fields import FIELDS, Setting
from core.figures import Against, Measure, Quantity
from core.run import Source, Status
from pages.shared.link import Allowed, Anything, OpenList, Range

SWITCH = ("true", "false")
LEDGER_TIME, LEDGER_LATENCY = "measured time, ms", "latency of one image, ms"
LEDGER_ALL = "every figure of one network"
"""choices of Cost's table beyond the quantities of a layer"""
RUN_FILTERS = ("source", "dataset", "pooling", "head", "dropout", "status")
REPEATABLE = (
    *("pooling", "more_heads", "dropout", "kind", "networks", "operators"),
    *(f"run_{name}" for name in RUN_FILTERS),
)
"""parameters that may occur more than once"""
PLAY = "play"
"""plays the training of networks that are touched when the page opens"""
TOUCHED = ("cell", "seen", "of_class", "method", "of_layer", "step", PLAY)
"""of networks that are touched what is held, what is drawn, how an answer is explained, and at
which step of the training; pages/browser/touch/link.js"""
OF_ALL_PAGES = ("v", "view", "scene", "controls", "claim", "embed", "embed_options", *TOUCHED)
"""parameters that are no controls: version, talks, sharing, the open claim, Streamlit's own"""


BOTH_CHOICE = "both"
HEAD_CHOICES = (str(Head.GAP), str(Head.FLATTEN), BOTH_CHOICE)
MORE_HEADS = tuple(str(head) for head in HEADS if head not in HEAD_CHOICES)
POOLING_CHOICES = tuple(map(str, sorted(POOLINGS, key=lambda p: not POOLINGS[p].headline)))
"""the headline strategies first"""
CHANCE_CHOICES = tuple(map(str, Chance))
SEED_COUNTS = Range(1, 20)
MAX_LISTED = 16
"""the most numbers that a box lists next to words; otherwise the visitor types one"""

SHARED_SETTINGS = tuple(
    n for n in FIELDS if n not in ("dataset", "pooling", "head", "dropout", "seed")
)
"""settings that all arms of the sidebar's comparison share"""

DEFAULTS: dict[str, Any] = {
    **{name: FIELDS[name].default for name in ("dataset", *SHARED_SETTINGS)},
    "pooling": [str(Pooling.MAX), str(Pooling.AVERAGE)],
    "show_all": False,
    "head": BOTH_CHOICE,
    "more_heads": [],
    "dropout": [FIELDS["dropout"].default],
    "seeds": 5,
    "chance": str(Chance.SEEDS_AND_IMAGES),
}
"""parameter of the sidebar -> its value if the link does not set it"""


@dataclass(frozen=True, slots=True)
class BudgetField:
    """A field of the decision on Cost.

    Attributes:
        name: what it limits, as in `core.comparison.decision.Budget`.
        label: with its unit.
        allowed: the numbers that it takes.
        unit: what a 1 in it stands for.
    """

    name: str
    label: str
    allowed: Range
    unit: float = 1.0

    @property
    def parameter(self) -> str:
        """Its name in the link."""
        return f"budget_{self.name}"


BUDGETS = (
    BudgetField("macs", "Most MACs, thousands", Range(0.1, 1e6, 0.1), 1000.0),
    BudgetField("kilobytes", "Most weights, kB", Range(0.1, 1e6, 0.1)),
    BudgetField("milliseconds", "Most time, ms", Range(0.001, 1e4, 0.001)),
    BudgetField("accuracy", "Least accuracy, %", Range(0.0, 100.0, 0.1), 0.01),
    BudgetField("agreement", "Least agreement, %", Range(0.0, 100.0, 0.1), 0.01),
)


@dataclass(frozen=True, slots=True)
class NetworkNames:
    """The names of networks in a comparison: "max gap", or with dropout "max gap head".

    Attributes:
        others: further texts that are allowed.
    """

    others: tuple[str, ...] = ()

    def __contains__(self, text: str) -> bool:
        if text in self.others:
            return True
        pooling, head, *dropout = (*text.split(" "), "", "")
        position = [name for name in dropout if name]
        return (
            pooling in POOLINGS
            and head in HEADS
            and len(position) <= 1
            and all(name in DROPOUT_POSITIONS for name in position)
        )

    def __str__(self) -> str:
        return ", ".join([*self.others, "a pooling and a head, as in max gap"])


@dataclass(frozen=True, slots=True)
class Written:
    """Texts of a form.

    Attributes:
        form: a regular expression.
        words: the form in words, with an example.
        others: further texts that are allowed.
    """

    form: str
    words: str
    others: tuple[str, ...] = ()

    def __contains__(self, text: str) -> bool:
        return text in self.others or bool(re.fullmatch(self.form, text))

    def __str__(self) -> str:
        return ", ".join([*self.others, self.words])


_LAYERS = Written(r"[a-z]+\d*\.[a-z0-9_]+", "a layer, as in block1.pool")
_CHANNELS = Written(r"\d+ to \d+", "channels, as in 1 to 16")
_RUN = r"[a-z0-9+ -]+, seed \d+"
_RUNS = Written(_RUN, "a run, as in max gap, seed 0")
NO_OTHER_RUN = "none"
FIRST_OF_HEAD = "first of each head"
"""instead of a network that all others are compared with on Home"""


def of_setting(setting: Setting) -> Allowed:
    """The accepted values of a setting's control; `Anything` if its text is validated later."""
    if setting.pattern:
        return OpenList(setting.words, setting.pattern)
    if setting.listed:
        return Anything()
    numbers = setting.numbers
    if numbers is None:
        return setting.words
    least = numbers.least if setting.about.least is None else setting.about.least
    if setting.words:
        if numbers.most is None or least is None or numbers.most - least > MAX_LISTED:
            return Anything()
        return (*setting.words, *map(str, range(int(least), int(numbers.most) + 1)))
    kind = int if numbers.whole else float
    return Range(kind(least or 0), kind(numbers.most or 0), setting.about.step)


def of_sidebar(*, hosted: bool) -> Mapping[str, Allowed]:
    """The accepted values of the sidebar's controls, by parameter.

    Args:
        hosted: whether the server is public, so that links may not name folders.
    """
    return {
        **{name: of_setting(FIELDS[name]) for name in SHARED_SETTINGS},
        "dataset": FIELDS["dataset"].words if hosted else of_setting(FIELDS["dataset"]),
        "pooling": POOLING_CHOICES,
        "show_all": SWITCH,
        "head": HEAD_CHOICES,
        "more_heads": MORE_HEADS,
        "dropout": FIELDS["dropout"].words,
        "seeds": SEED_COUNTS,
        "chance": CHANCE_CHOICES,
    }


def of_pages(images: int) -> Mapping[str, Allowed]:
    """The accepted values of the controls of all pages, by parameter.

    Args:
        images: the number of test images of the data set that is shown.
    """
    poolings = [str(name) for name in POOLINGS]
    return {
        # Home, Accuracy
        "against_of": NetworkNames((FIRST_OF_HEAD,)),
        "curves": [str(quantity) for quantity in Quantity],
        "curves_against": [str(against) for against in Against],
        "single_seeds": SWITCH,
        "smoothing": Range(0.0, 0.9, 0.1),
        "reference": poolings,
        "across": poolings,
        "recipes_of": poolings,
        # Accuracy, Cost, Shift
        "one_network": NetworkNames(),
        "other_network": NetworkNames(),
        # Accuracy
        "confusion_of": _RUNS,
        "confusion_minus": replace(_RUNS, others=(NO_OTHER_RUN,)),
        **_of_cost(),
        # Shift, Features
        "shift_border": ["filled", "circular"],
        "shift_reach": ["near", "all"],
        "networks": NetworkNames(),
        "image": Range(0, images - 1),
        "one_scale": SWITCH,
        "winners": SWITCH,
        "channel": Range(1, 1024),
        "layer": _LAYERS,
        "channels": _CHANNELS,
        # By hand
        "grid": ["patch", "digit", "line", "edge", "own", "upload"],
        "own_side": ["4", "6", "8"],
        "own_numbers": Anything(),
        "invert": SWITCH,
        "hand_padding": Range(0, 2),
        "one_output": SWITCH,
        "operators": poolings,
        "temperature": Range(0.0, 3.0, 0.05),
        # Claims, History
        "kind": [str(kind) for kind in Kind],
        "arms": Anything(),
        "predict": SWITCH,
        "page": Range(1, 10_000),
        "noted": SWITCH,
        "run_source": [str(source) for source in Source],
        "run_dataset": of_setting(FIELDS["dataset"]),
        "run_pooling": poolings,
        "run_head": [str(head) for head in HEADS],
        "run_dropout": [str(position) for position in DROPOUT_POSITIONS],
        "run_status": [str(status) for status in Status],
    }


def _of_cost() -> Mapping[str, Allowed]:
    return {
        "against": [str(measure) for measure in Measure],
        "field": ["theory", "effective"],
        "field_layer": _LAYERS,
        **dict.fromkeys(("field_of", "code_of", "ledger_of"), NetworkNames()),
        "ledger": [
            *(column.heading for column in QUANTITIES),
            *(LEDGER_TIME, LEDGER_LATENCY, LEDGER_ALL),
        ],
        **{field.parameter: field.allowed for field in BUDGETS},
    }
