"""Does a talk show its scenes?"""

import pytest
from streamlit.testing.v1 import AppTest

from core.config.talk import read_talk
from core.settings import PROJECT
from tests.pages.dashboard import (
    ACCURACY,
    HOME,
    PAGES_FOLDER,
    figures,
    messages,
    opened,
    text,
    title,
)


@pytest.mark.usefixtures("whole_gallery")
def test_a_talk_goes_through_all_its_scenes(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "talk")
    talk = read_talk(PROJECT / "assets" / "talk.toml")
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=60).run()
    for number, scene in enumerate(talk.scenes, start=1):
        assert [] == messages(app), scene.heading
        assert f"{number} / {len(talk.scenes)}" in text(app)
        assert scene.sentence in text(app)
        assert title(app)
        if number < len(talk.scenes):
            app.button(key="talk_next").click().run()
    app.button(key="talk_previous").click().run()
    assert f"{len(talk.scenes) - 1} / {len(talk.scenes)}" in text(app)


def test_a_scene_shows_only_its_figures():
    app = opened(HOME, view="talk", scene="6")
    assert 1 == len(figures(app))
    assert "Ten seeds each" in text(app)


def test_what_a_link_says_wins_over_its_scene():
    app = opened(ACCURACY, view="talk", scene="6", pooling=["max", "soft"], head="flatten")
    assert ["max", "soft"] == app.session_state["pooling"]
    assert "flatten" == app.session_state["head"]
    assert ["max", "soft"] == app.query_params["pooling"]
    assert "6 / 12" in text(app)
    app.button(key="talk_next").click().run()
    assert ["max", "soft"] != app.session_state["pooling"]


def test_a_link_without_a_scene_stays_on_its_page_until_somebody_goes_on():
    app = opened(ACCURACY, view="talk", pooling=["max", "soft"], head="gap")
    assert "– / 12" in text(app)
    assert ["max", "soft"] == app.session_state["pooling"]
    assert app.button(key="talk_previous").disabled
    app.button(key="talk_next").click().run()
    assert "1 / 12" in text(app)


def test_a_talk_that_cannot_be_read_is_said_to_be(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_TALK", str(tmp_path / "mine.toml"))
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=30)
    app.query_params["view"] = "talk"
    (said,) = messages(app.run())
    assert "mine.toml cannot be read" in said
