"""Every parameter that a link may hold besides the sidebar's, and the values that each may have.

Streamlit passes over what no control can show, so that a link with a slip in it opens something
else without a word. A test compares this table with the controls of all pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalog import DROPOUT_POSITIONS, HEADS, POOLINGS
from core.claims import Kind
from core.comparison.ledger import QUANTITIES
from core.figures import Against, Measure, Quantity
from pages.shared.link import Allowed, Range

SWITCH = ("true", "false")
METHODS = ("Grad-CAM", "CAM", "saliency", "occlusion")
"""values of `Method`, which is defined beside torch"""
LEDGER_TIME, LEDGER_ALL = "measured time, ms", "every figure of one network"
"""of Cost's table, besides the figures of a layer"""
SEVERAL = ("kind", "networks", "operators")
"""parameters of pages that may stand more than once"""
OF_ALL_PAGES = ("v", "view", "scene", "controls", "claim", "embed", "embed_options")
"""what is no control: the version, talks, sharing, the claim that is open, Streamlit's own"""


@dataclass(frozen=True, slots=True)
class NetworkNames:
    """Names of networks in a comparison: "max gap", with dropout "max gap head"."""

    def __contains__(self, text: str) -> bool:
        pooling, head, *dropout = (*text.split(" "), "", "")
        position = [name for name in dropout if name]
        return (
            pooling in POOLINGS
            and head in HEADS
            and len(position) <= 1
            and all(name in DROPOUT_POSITIONS for name in position)
        )

    def __str__(self) -> str:
        return "a pooling and a head, as in max gap"


def of_pages(images: int) -> Mapping[str, Allowed]:
    """Parameter -> its values, for the controls of all pages.

    Args:
        images: test images of the data set that is shown.
    """
    poolings = [str(name) for name in POOLINGS]
    return {
        # Accuracy
        "curves": [str(quantity) for quantity in Quantity],
        "curves_against": [str(against) for against in Against],
        "single_seeds": SWITCH,
        "smoothing": Range(0.0, 0.9, 0.1),
        "reference": poolings,
        # Cost
        "against": [str(measure) for measure in Measure],
        "field": ["theory", "effective"],
        "ledger": [*(column.heading for column in QUANTITIES), LEDGER_TIME, LEDGER_ALL],
        # Shift, Features
        "shift_border": ["filled", "circular"],
        "networks": NetworkNames(),
        "image": Range(0, images - 1),
        "one_scale": SWITCH,
        "winners": SWITCH,
        "method": METHODS,
        "channel": Range(1, 1024),
        # By hand
        "grid": ["patch", "digit", "line", "edge", "own", "upload"],
        "own_side": ["4", "6", "8"],
        "invert": SWITCH,
        "hand_padding": Range(0, 2),
        "one_output": SWITCH,
        "operators": poolings,
        "temperature": Range(0.0, 3.0, 0.05),
        # Claims, History
        "kind": [str(kind) for kind in Kind],
        "predict": SWITCH,
        "page": Range(1, 10_000),
    }
