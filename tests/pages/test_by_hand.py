"""Does By hand show what operators do to the numbers that a visitor chose?"""

import io
import json

import numpy as np
import pytest
from PIL import Image

from core.catalog import POOLINGS
from pages.cards import own_numbers
from tests.pages.dashboard import (
    BY_HAND,
    alts,
    figures,
    ink_on_white,
    messages,
    opened,
    text,
    title,
    without_marks,
)


def test_by_hand_says_who_gets_the_gradient():
    app = opened(BY_HAND, pooling=["max", "average"])
    assert [] == messages(app)
    assert title(app).startswith(":color[●]")
    assert "}\u00a0Max turns 10, 10, 4, 16 into 16, " in title(app)
    assert "}\u00a0average into 10. Backwards, " in title(app)
    assert "}\u00a0max sends gradient to 4 of 16 cells, " in title(app)
    assert "}\u00a0average to all 16." in title(app)
    # input, output and gradient of each, and window by window
    assert 7 == len(figures(app))


def test_by_hand_names_every_operator_by_how_many_cells_it_reaches():
    app = opened(BY_HAND, pooling=["average", "max", "soft"])
    words = [part.partition("}")[2] for part in title(app).split(":color")]
    assert ["", "\u00a0Average turns 10, 10, 4, 16 into 10, "] == words[:2]
    assert "\u00a0max into 16. Backwards, " == words[2]
    assert ["\u00a0max sends gradient to 4 of 16 cells, ", "\u00a0average and "] == words[3:5]
    assert ["\u00a0soft to all 16."] == words[5:]


@pytest.mark.parametrize("grid", ["patch", "digit", "line", "edge", "own", "upload"])
@pytest.mark.parametrize(
    "more", [{}, {"invert": "true"}, {"hand_padding": "2"}, {"one_output": "true"}]
)
def test_by_hand_takes_every_grid(grid, more):
    app = opened(BY_HAND, grid=grid, pooling=["max", "soft", "strided", "none"], **more)
    assert [] == messages(app)
    assert title(app)


def test_by_hand_shows_every_operator_that_it_is_asked_for():
    app = opened(BY_HAND, pooling=[str(name) for name in POOLINGS], show_all="true")
    assert [] == messages(app)


def test_by_hand_has_nothing_to_show_for_strided_alone():
    app = opened(BY_HAND, pooling="strided")
    assert "nothing is pooled" in text(app)
    assert "Shown: 0 of 1 strategies." in text(app)


def test_by_hand_says_which_of_how_many_it_shows_and_lets_the_visitor_choose():
    every = [str(name) for name in POOLINGS]
    app = opened(BY_HAND, pooling=every, show_all="true")
    assert f"Shown: 8 of {len(POOLINGS)} strategies. Strided has no pooling layer" in text(app)
    app.multiselect(key="operators").select("lip").select("rank").run()
    assert [] == messages(app)
    assert f"Shown: 2 of {len(POOLINGS)} strategies." in text(app)
    # three grids of each, and window by window
    assert 7 == len(figures(app))
    assert "Shown: " not in text(opened(BY_HAND, pooling=["max", "average"]))


def test_by_hand_keeps_the_choice_of_operators_in_the_link():
    app = opened(BY_HAND, pooling=["max", "average", "none"], operators=["none", "average"])
    assert ["none", "average"] == app.multiselect(key="operators").value
    assert 7 == len(figures(app))


def test_by_hand_marks_learned_operators_as_untrained_wherever_it_speaks_of_them():
    app = opened(BY_HAND, pooling=["max", "conv", "lip"])
    assert title(app).endswith("}\u00a0LIP as they start, untrained.")
    assert 2 == text(app).count("As it starts, untrained.")
    assert 2 == text(app).count("Conv and LIP: as they start, untrained.")
    assert "untrained" not in text(opened(BY_HAND, pooling=["max", "average"]))


@pytest.mark.parametrize("padding", ["zeros", "circular", "valid"])
def test_by_hand_takes_every_border_that_a_network_has(padding):
    link = {"dataset": "shapes", "padding": padding, "hand_padding": "1"}
    app = opened(BY_HAND, pooling=["max", "blur-max", "aps"], **link)
    assert [] == messages(app)
    assert ("circular border" in text(app)) == (padding == "circular")


@pytest.mark.parametrize("side", [4, 6, 8])
def test_own_numbers_come_in_three_sizes(side):
    app = opened(BY_HAND, grid="own", own_side=str(side), pooling="max")
    assert [] == messages(app)
    assert f"Input of {side} by {side} cells" in alts(app)[0]


def test_own_numbers_are_in_the_link():
    app = opened(BY_HAND, grid="own", own_numbers="1 2; 3 -4.5", pooling="max")
    assert [] == messages(app)
    assert "Left out of" not in text(app)
    # what a line lacks stays as it was
    assert "1 2 13 9; 3 -4.5 15 10; 0 3 15 2; 4 12 0 8" in alts(app)[0].replace("−", "-")
    app.text_input(key="own_numbers").set_value("9").run()
    assert "Max turns 9, 5, 0, 13 into 13" in without_marks(title(app)).replace("\u00a0", " ")
    app.button_group(key="own_side").set_value(6).run()
    assert "Input of 6 by 6 cells. Row by row: 9 " in alts(app)[0]


@pytest.mark.parametrize("line", ["one", "1 2 3 4 5 6 7 8 9", "1e9", "nan", "1;;2", "12345"])
def test_a_line_that_is_not_of_numbers_is_refused_with_what_is_allowed(line):
    app = opened(BY_HAND, grid="own", own_numbers=line, pooling="max")
    (error,) = messages(app)
    assert "up to 8 rows of up to 8 numbers" in error
    assert line in error
    assert "0 5 13 9; 0 13 15 10" in alts(app)[0]


@pytest.mark.parametrize(
    "numbers",
    [[[0, 5.25], [-3, 9999.99]], [[1.239, 1e300], [float("nan"), -1e9]]],
)
def test_the_table_and_the_line_say_the_same(numbers):
    shown = own_numbers.grid_of(np.array(numbers))
    line = own_numbers.written(np.array(numbers))
    assert np.array_equal(shown, own_numbers.read(line, np.zeros((2, 2))))


def test_an_edit_of_the_table_is_written_into_the_line():
    edited = own_numbers.with_edits(np.zeros((2, 2)), {0: {"b": 7}, 1: {"a": None, "b": -1.5}})
    assert "0 7; 0 -1.5" == own_numbers.written(edited)


def test_an_upload_becomes_a_grid_of_shades():
    app = opened(BY_HAND, grid="upload", pooling=["max", "average"])
    assert "The grid is empty until you choose an image" in text(app)
    content = io.BytesIO()
    Image.new("L", (40, 30), 255).save(content, "PNG")
    app.get("file_uploader")[0].upload("white.png", content.getvalue(), "image/png").run()
    assert [] == messages(app)
    assert "16 16 16 16 16 16" in alts(app)[1]


def test_dark_ink_is_inverted_for_the_grid_by_hand_until_somebody_says_no():
    app = opened(BY_HAND, grid="upload", pooling=["min"])
    app.get("file_uploader")[0].upload("seven.png", ink_on_white(), "image/png").run()
    assert [] == messages(app)
    assert "Inverted to match the training images (Invert turns it back)." in text(app)
    assert "Row by row: 0 0 0 0" in alts(app)[1]
    app.toggle(key="invert").set_value(True).run()
    assert "Row by row: 16 16 " in alts(app)[1]


def test_an_upload_that_is_no_picture_is_refused_in_a_sentence():
    app = opened(BY_HAND, grid="upload", pooling="max")
    app.get("file_uploader")[0].upload("a.png", b"no picture", "image/png").run()
    (said,) = messages(app)
    assert "no picture" in said or "not" in said


def given_to_touch(app):
    """What the browser is given of each operator."""
    parts = (part.proto for part in app.get("bidi_component"))
    return [json.loads(part.json) for part in parts if part.component_name == "hand"]


def test_every_output_can_be_touched():
    app = opened(BY_HAND, pooling=["max", "average", "blur-max", "conv", "none"])
    given = given_to_touch(app)
    assert ["Max", "Average", "Blur-max", "Conv", "None"] == [each["label"] for each in given]
    largest = given[0]
    assert [2, 2] == largest["shape"]
    assert [4, 4] == largest["grid"]
    assert "max(10, 10, 4, 16) = 16" == largest["formulas"][0]
    # the 16 in the second row and column, with all of the gradient
    assert [[5, 1.0, "1"]] == largest["shares"][0]
    assert [[0, 1], [2, 3]] == largest["rows"] == largest["columns"]
    for each in given:
        assert len(each["formulas"]) == len(each["shares"]) == each["shape"][0] * each["shape"][1]
        assert {
            f"plot {name} {each['label'].lower()}" for name in ("Input", "Output", "Gradient")
        } == (set(each["figures"].values()))


def test_a_touched_output_takes_the_numbers_of_its_padding():
    app = opened(BY_HAND, pooling=["average"], hand_padding="1")
    (average,) = given_to_touch(app)
    assert [[-1, 0], [1, 2], [3, 4]] == average["rows"]
    assert "(0 + 0 + 0 + 10) / 4 = 2.5" == average["formulas"][0]
    assert [[0, 0.25, "0.25"]] == average["shares"][0]
