"""Does Home show what the default comparison found, and say what its marks are?"""

import json

import pytest

from tests.pages.dashboard import (
    HEADLINE,
    HOME,
    figures,
    fill,
    opened,
    text,
    trained,
    without_marks,
)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({}, "Filled: GAP head. Open: Flatten head."),
        ({"head": "gap"}, "All with a GAP head."),
        # of three heads only those two are trained with soft
        ({"more_heads": "spp"}, "Filled: GAP head. Open: Flatten head."),
        ({"head": "flatten", "more_heads": "gmp"}, "All with a Flatten head."),
    ],
)
def test_home_names_the_marks_of_the_heads_that_are_drawn(link, said):
    app = opened(HOME, pooling=["soft", "stochastic"], **link)
    (caption,) = [line for line in text(app).splitlines() if "The axis does not start" in line]
    assert caption.startswith(said)


def test_home_calls_no_mark_open_that_is_filled(home):
    """The mark of a fourth head is a filled one."""
    for head in ("gmp", "spp"):
        fill(home, *trained(pooling="max", head=head))
    app = opened(HOME, more_heads=["gmp", "spp"])
    assert "Each head has its own mark, named at the last row." in text(app)
    assert "Open: " not in text(app)
    (figure,) = map(json.loads, figures(app))
    named = [each["text"] for each in figure["layout"]["annotations"]]
    assert ["● GAP   ○ Flatten   ◉ GMP   ◆ SPP"] == named


@pytest.mark.usefixtures("whole_gallery")
def test_many_undecided_differences_share_a_line():
    app = opened(HOME, dataset="digits", pooling=HEADLINE, seeds="10", head="gap")
    written = [without_marks(each.value) for each in app.main.markdown]
    (together,) = [line for line in written if line.startswith("soft, stochastic")]
    assert "only alone" in together
    # those that are decided have a line with their numbers
    assert any(line.startswith("average **") for line in written)
    assert "average" not in together
    few = opened(HOME, dataset="digits", pooling=["max", "soft"], seeds="10", head="gap")
    assert any(without_marks(each.value).startswith("soft **") for each in few.main.markdown)
