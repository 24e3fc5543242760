"""Does the picture of thin lines show what the operators do?"""

import pytest

from core import figures
from core.analyses.operate import contrast_kept
from core.catalog import Pooling
from core.figures import Look


@pytest.mark.parametrize("line", ["light line", "dark line"])
@pytest.mark.parametrize("pool", ["max", "average", "min"])
def test_what_is_left_of_a_line_is_what_the_operator_leaves(line, pool):
    shown = {
        (row["line"], row["pool"]): row["contrast_percent"] for row in figures.thin_lines().rows
    }
    kept = contrast_kept(Pooling(pool), 2, 2, light=line.startswith("light"))
    assert pytest.approx(100 * kept) == shown[line, pool]
    assert 100 == shown[line, "before"]


@pytest.mark.parametrize("dark", [False, True])
def test_light_is_light_in_either_theme(dark):
    chart = figures.thin_lines()
    figure = chart.draw(Look(dark))
    assert 8 == len(figure.data)
    ground, ink = figure.data[0].colorscale
    assert ground[1] < ink[1]
    assert "Of the dark line, max leaves 0 % of the contrast." in chart.alt
