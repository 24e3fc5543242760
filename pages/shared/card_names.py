"""The names by which scripts of talks call cards. They are public; headings may be reworded."""

CARD_NAMES = {
    # Home
    "accuracy by head": "Test accuracy, by strategy and head",
    "differences in words": "Which differences are real?",
    "outcomes": "Claims about pooling",
    "bundled": "Trained already",
    "next": "Where next",
    # Accuracy
    "curves": "Validation accuracy",
    "differences": "Paired difference",
    "until decided": "Train until decided",
    "every pair": "Every pair",
    "ranks": "Ranks",
    "across": "On other data sets",
    "recipes": "In how many recipes does it hold?",
    "changed": "What else changed",
    "confusion": "Which classes are taken for which",
    # Cost
    "decision": "Which network fits your budget?",
    "parameters": "Where the parameters sit",
    "tradeoff": "Accuracy against cost",
    "two costs": "What else two networks cost",
    "field": "How much of the image one cell sees",
    "growth": "As the image grows",
    "code": "As plain PyTorch",
    "ledger": "Layer by layer",
    # Shift: a map is named after its network
    "walk": "Move the image yourself",
    "map": "",
    "profile": "Along one axis",
    "two under shift": "Which of two networks is steadier",
    # By hand: the grids are named after their operator
    "operator": "",
    "steps": "Window by window",
    "sizes": "How many outputs",
    "temperature": "From average to max",
    "additive": "Which of them is a convolution?",
    "contrast": "What is left of a thin line",
    # Features
    "touch": "Under your finger",
    "disputed": "Images that only some get right",
    "input": "Input",
    "feature maps": "Feature maps",
    "patches": "What excites a channel",
    "filters": "Filters of the first block",
    "softened": "Turning max towards average",
    # Claims
    "experiment": "The experiment",
    "papers": "What the papers say",
    "parts map": "Where does it hold?",
    "parts points": "What came out",
    "parts percent": "What came out: shares",
    "parts times": "What came out: times",
    "extras": "Measured as well",
    "extras points": "Measured as well",
    "extras percent": "Measured as well: shares",
    "extras times": "Measured as well: times",
}
"""id of a card -> its name in the `figures` of a scene"""

FORMER_NAMES = {"Where the answer comes from": CARD_NAMES["touch"]}
"""what scripts called a card that is gone -> the card that shows the same now"""


def script_name(card: str, part: str = "") -> str:
    """The name of a card: "Validation accuracy, GAP head".

    Args:
        card: its id.
        part: what distinguishes it from similar cards: a facet, a network, an operator.
    """
    return ", ".join(filter(None, (CARD_NAMES.get(card, card), part)))
