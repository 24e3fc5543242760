"""Do pages take facts from charts and not from drawings, and do talks find every card?"""

import ast
from pathlib import Path

import pytest

from core.config.talk import read_talk
from core.settings import PROJECT
from pages.shared.card_names import CARD_NAMES, script_name

PAGES = sorted((PROJECT / "pages").rglob("*.py"))
DRAWERS = {"pages/shared/plot.py", "pages/shared/cached.py"}
"""those that hand a drawing on to the browser"""
OPENS_A_CARD = {"card": 1, "show": 2, "section": 0}
"""function of `frame` -> which argument is the id of the card"""


def readings(source):
    """The lines on which a drawing is made or looked into."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=[ast.alias(name=name), *_]) | ast.ImportFrom(module=str(name)):
                if name.split(".")[0] == "plotly":
                    yield node.lineno
            case ast.Attribute(attr="figure" | "annotations" | "shapes"):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id=str(name)), attr="draw")):
                if name.endswith("chart"):
                    yield node.lineno


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_page_looks_into_a_drawing(path):
    if path.relative_to(PROJECT).as_posix() not in DRAWERS:
        assert [] == list(readings(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "source",
    [
        "import plotly.graph_objects as go",
        "from plotly import io",
        "start = drawn.figure.layout.yaxis.range[0]",
        "banded = any(trace.fill for trace in drawn.figure.data)",
        "low = chart.draw(look).layout.xaxis.range",
    ],
)
def test_the_check_sees_a_page_that_looks_into_a_drawing(source):
    assert [1] == sorted(set(readings(source)))


def cards():
    """The ids that pages give to their cards; the first words of those that are put together."""
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(ast.Name("frame"), str(name))) if (
                    name in OPENS_A_CARD
                ):
                    match node.args[OPENS_A_CARD[name]]:
                        case ast.Constant(value=str(card)):
                            yield path, card


def test_every_card_has_a_name_for_talks_and_every_name_a_card():
    used = {card for _, card in cards()}
    assert set() == used - CARD_NAMES.keys()
    # the measured parts of a claim have a card for each unit
    assert {"parts", "extras"} >= {name.split()[0] for name in CARD_NAMES.keys() - used}


def test_every_figure_of_the_bundled_talk_is_the_name_of_a_card():
    talk = read_talk(Path(PROJECT / "assets" / "talk.toml"))
    wanted = {name for scene in talk.scenes for name in scene.figures}
    operators = {"Max", "Average", "Soft", "GeM"}
    networks = {"None + GAP", "Max + GAP", "Blur-max + GAP"}
    assert set() == wanted - set(CARD_NAMES.values()) - operators - networks


def test_a_part_of_a_card_is_named_after_it():
    assert "Validation accuracy, GAP head" == script_name("curves", "GAP head")
    assert "Max" == script_name("operator", "Max")
    assert "Along one axis" == script_name("profile")
