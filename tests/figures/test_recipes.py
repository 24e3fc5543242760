"""Has every recipe a tile of its own, with the settings that explain most in the columns?"""

import pytest

from core.figures import Look
from core.figures.recipes import recipe_map
from tests.comparison.test_recipes import found
from tests.figures.test_palette import contrast


@pytest.fixture(scope="module")
def chart():
    return recipe_map(
        found(lambda flat: 0.03 if flat["norm"] == "none" else 0.001 * flat["epochs"])
    )


def test_each_recipe_is_a_row_of_the_table_and_a_tile(chart):
    assert 12 == len(chart.rows) == len({row.recipe for row in chart.rows})
    (tiles,) = chart.draw(Look(dark=False)).data
    assert 12 == len(tiles.text) == len(set(zip(tiles.x, tiles.y, strict=True)))
    assert {"▲", "≈"} >= {text.split()[0] for text in tiles.text}
    assert "▲ ahead" in chart.caption


def test_what_explains_most_stands_in_the_columns(chart):
    assert "Columns: norm and epochs. Rows: learning rate." in chart.caption
    assert "by itself: 95 % intervals over seeds" in chart.caption
    assert "In " in chart.alt


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_their_tiles(chart, dark):
    figure = chart.draw(Look(dark=dark))
    (tiles,) = figure.data
    grounds = [shape.fillcolor for shape in figure.layout.shapes]
    for colour, ground in zip(tiles.textfont.color, grounds, strict=True):
        assert contrast(colour, ground) >= 4.5
