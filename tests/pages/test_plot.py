"""Does the first figure of a page get its moment, and only where it has changed?"""

import pytest

from pages.shared import plot
from tests.pages.dashboard import ACCURACY, opened

SIDEBAR = {"dataset": "digits", "seeds": "5"}


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that a server's pages make, without waiting for them."""
    made = []
    monkeypatch.setattr(plot, "sleep", made.append)
    return made


def test_a_page_pauses_once_after_its_first_figure_and_again_when_that_has_changed(pauses):
    app = opened(ACCURACY, **SIDEBAR)
    assert [plot.PAUSE_SECONDS] == pauses
    app.run()
    assert 1 == len(pauses)
    app.slider(key="smoothing").set_value(0.5).run()
    assert 2 == len(pauses)


@pytest.mark.usefixtures("hosted")
def test_a_hosted_page_waits_for_nothing(pauses):
    opened(ACCURACY, **SIDEBAR)
    assert [] == pauses
