"""Does Shift show what was computed, of the networks that it names?"""

import pytest

from tests.pages.dashboard import HEADLINE, SHIFT, figures, keys, messages, opened, text, title


def test_shift_offers_the_maps_that_are_missing_and_shows_them_when_they_are_there():
    app = opened(SHIFT, head="gap", seeds="2", shift_border="circular")
    assert "have not been computed yet" in title(app)
    assert "2 maps are not computed" in text(app)
    app.button(key="compute_maps").click().run(timeout=60)
    assert [] == messages(app)
    assert title(app).startswith("One pixel changes ")
    assert 3 == len(figures(app))
    assert "compute_maps" not in keys(app)


@pytest.mark.usefixtures("whole_gallery")
def test_shift_shows_networks_of_every_head_and_says_of_how_many_it_speaks():
    app = opened(SHIFT, pooling=HEADLINE, seeds="1")
    placeholder = app.multiselect(key="networks").proto.placeholder.split(", ")
    assert 8 == len(placeholder)
    assert 4 == sum(name.endswith(" flatten") for name in placeholder)
    app.multiselect(key="networks").set_value(["blur-max gap", "max gap", "average gap"]).run()
    assert [] == messages(app)
    assert title(app).startswith("Of the three networks shown, one pixel changes ")
    assert 4 == len(figures(app))
