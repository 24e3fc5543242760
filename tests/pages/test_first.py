"""Which data set does the dashboard open with?"""

import pytest

from core.catalog import DATASETS, Page
from core.settings import Settings
from tests.pages.dashboard import ACCURACY, HOME, messages, opened, text

FIRST = Settings.model_fields["dataset"].default


@pytest.fixture
def as_it_is(whole_gallery, monkeypatch):
    monkeypatch.delenv("POOLSCOPE_DATASET")
    monkeypatch.setattr(
        "core.hosting.gate.labels_of_test", lambda *_: bytes(n % 10 for n in range(3000))
    )


def test_it_is_one_that_ships_with_poolscope():
    assert "fashion" == FIRST
    assert FIRST in DATASETS


@pytest.mark.parametrize("page", [HOME, ACCURACY, Page.SHIFT.file])
def test_the_first_page_of_a_visitor_shows_fashion_from_the_bundle(as_it_is, page):
    app = opened(page)
    assert [] == messages(app)
    assert "fashion" == app.session_state["dataset"]
    assert "fashion, 28 × 28" in text(app)
    assert "20 bundled runs" in text(app)
    # nothing is missing
    assert not [button for button in app.button if button.label.startswith("Train the")]


def test_its_own_network_and_recipe_are_those_of_the_controls(as_it_is):
    app = opened(HOME)
    assert "16,32,64" == app.text_input(key="widths").value
    assert "batch" == app.selectbox(key="norm").value
    assert 6 == app.number_input(key="epochs").value
    app.selectbox(key="dataset").set_value("digits").run()
    assert ["16,32", "none", 20] == [
        app.text_input(key="widths").value,
        app.selectbox(key="norm").value,
        app.number_input(key="epochs").value,
    ]
    assert "digits, 8 × 8" in text(app)


def test_a_host_may_open_with_another(as_it_is, monkeypatch):
    monkeypatch.setenv("POOLSCOPE_DATASET", "shapes")
    app = opened(HOME)
    assert [] == messages(app)
    assert "shapes" == app.session_state["dataset"]
    # a link names its own
    assert "digits" == opened(HOME, dataset="digits").session_state["dataset"]


def test_a_name_that_is_not_known_is_named_with_what_is_allowed(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_DATASET", "imagenet")
    (said,) = messages(opened(HOME))
    assert "POOLSCOPE_DATASET" in said
    assert "digits, shapes, mnist" in said
    assert "imagenet" in said
