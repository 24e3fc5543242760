"""Do curves grow in front of two visitors while two strategies learn?

The trainings last for minutes, whatever the machine, and the second visitor cancels them.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.dashboard import until
from tests.e2e.test_training import LONG, trained

pytestmark = pytest.mark.e2e


def points(visitor):
    """The points of the lines of networks in training, in all figures of the page."""
    return sum(
        visitor.page.evaluate(
            """[...document.querySelectorAll(".js-plotly-plot")]
            .flatMap(figure => (figure.data ?? [])
            .filter(line => line.mode === "lines+markers" && !line.name)
            .map(line => line.x.length))"""
        )
    )


def more_points(visitor, than):
    """The points, once there are more; one reading, since a figure that is drawn anew has none."""
    counted = []
    until(lambda: counted.append(points(visitor)) or counted[-1] > than, 60)
    return counted[-1]


def test_curves_grow_for_all_who_look_while_two_strategies_learn(enter, server):
    first, second = enter(server), enter(server)
    link = f"/accuracy?{LONG}&pooling=max&pooling=conv&seeds=3&lr=0.18"
    first.open(link)
    first.train_button.click()
    expect(first.headline).to_have_text("Two networks are being trained: watch them learn.")
    counted = [0]
    for _ in range(3):
        counted.append(more_points(first, counted[-1]))

    second.open(link)
    more_points(second, more_points(second, counted[-1]))
    expect(second.page).to_have_title(re.compile(r"^\d+% · Poolscope$"))
    expect(
        second.page.get_by_text(re.compile(r"of 6 done.* left: ready at \d\d:\d\d"))
    ).to_be_visible()

    second.cancel_button.click()
    for visitor in (first, second):
        expect(visitor.cancel_button).to_have_count(0)
        expect(visitor.page.get_by_text(re.compile("6 runs cancelled"))).to_be_visible()
        expect(visitor.page).to_have_title("Poolscope")
        # nothing of it is kept, so the nearest comparison is shown again
        expect(visitor.page.get_by_text("Shown instead").first).to_be_visible()
    assert [] == trained(server.home, lr=0.18)
