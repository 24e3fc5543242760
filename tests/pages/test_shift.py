"""Does Shift show what was computed, of the networks that it names?"""

from tests.pages.dashboard import SHIFT, figures, keys, messages, opened, text, title


def test_shift_offers_the_maps_that_are_missing_and_shows_them_when_they_are_there():
    app = opened(SHIFT, head="gap", seeds="2", shift_border="circular")
    assert "is not computed yet" in title(app)
    assert "2 maps are not computed" in text(app)
    app.button(key="compute_maps").click().run(timeout=60)
    assert [] == messages(app)
    assert title(app).startswith("One pixel changes ")
    assert 3 == len(figures(app))
    assert "compute_maps" not in keys(app)
