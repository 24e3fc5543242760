"""Does a talk show its scenes?"""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.claims import CLAIMS
from core.config.talk import read_talk
from core.settings import PROJECT
from tests.pages.dashboard import (
    ACCURACY,
    HOME,
    PAGES_FOLDER,
    SCRIPT_SECONDS,
    figures,
    keys,
    messages,
    opened,
    text,
    title,
)

TALK = read_talk(PROJECT / "assets" / "talk.toml")
LAST = len(TALK.scenes)
NUMBERS = {scene.heading: str(number) for number, scene in enumerate(TALK.scenes, start=1)}
ACCURACY_SCENE = NUMBERS["Does it matter for accuracy?"]
CLAIM_SCENE = NUMBERS["“Pooling raises accuracy”"]


@pytest.mark.usefixtures("whole_gallery")
def test_a_talk_goes_through_all_its_scenes(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "talk")
    talk = TALK
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=60).run()
    for number, scene in enumerate(talk.scenes, start=1):
        assert [] == messages(app), scene.heading
        assert f"{number} / {len(talk.scenes)}" in text(app)
        assert scene.sentence in text(app)
        assert scene.heading == title(app)
        if reveals(app):
            app.button(key="talk_next").click().run()
            assert [] == messages(app), scene.heading
            assert f"{number} / {len(talk.scenes)}" in text(app)
        assert not reveals(app)
        if number < len(talk.scenes):
            app.button(key="talk_next").click().run()
    app.button(key="talk_previous").click().run()
    assert f"{len(talk.scenes) - 1} / {len(talk.scenes)}" in text(app)


def test_a_scene_shows_only_its_figures():
    app = opened(HOME, view="talk", scene=ACCURACY_SCENE)
    assert 1 == len(figures(app))
    assert "Ten seeds each" in text(app)


def test_what_a_link_says_wins_over_its_scene():
    app = opened(
        ACCURACY, view="talk", scene=ACCURACY_SCENE, pooling=["max", "soft"], head="flatten"
    )
    assert ["max", "soft"] == app.session_state["pooling"]
    assert "flatten" == app.session_state["head"]
    assert ["max", "soft"] == app.query_params["pooling"]
    assert f"{ACCURACY_SCENE} / {LAST}" in text(app)
    goes_on(app)
    assert ["max", "soft"] != app.session_state["pooling"]


def test_a_link_without_a_scene_stays_on_its_page_until_somebody_goes_on():
    app = opened(ACCURACY, view="talk", pooling=["max", "soft"], head="gap")
    assert f"– / {LAST}" in text(app)
    assert ["max", "soft"] == app.session_state["pooling"]
    assert app.button(key="talk_previous").disabled
    app.button(key="talk_next").click().run()
    assert f"1 / {LAST}" in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_a_headline_waits_for_the_reveal():
    app = opened(HOME, view="talk", scene=ACCURACY_SCENE)
    assert reveals(app)
    assert [] == [header.value for header in app.main.header]
    app.button(key="talk_next").click().run()
    (said,) = [header.value for header in app.main.header]
    assert "with a gap head" in said.lower()
    # the scene before it and back again: nothing is revealed any more
    app.button(key="talk_previous").click().run()
    goes_on(app)
    assert [] == [header.value for header in app.main.header]


@pytest.mark.usefixtures("whole_gallery")
def test_a_claim_shows_its_experiment_first_and_has_no_second_pair_of_buttons():
    app = opened(HOME, view="talk", scene=CLAIM_SCENE)
    assert "“Pooling raises accuracy”" == title(app)
    assert CLAIMS["pooling-raises-accuracy"].test in text(app)
    assert [] == figures(app)
    assert {"talk_previous", "talk_next", "talk_scenes"} == {
        key for key in keys(app) if key and "talk" in key
    }
    assert [] == [button for button in app.main.button if button.label == "All claims"]
    app.button(key="talk_next").click().run()
    assert 1 == len(figures(app))


@pytest.mark.usefixtures("whole_gallery")
def test_a_scene_that_keeps_everything_back_shows_no_card():
    app = opened(HOME, view="talk", scene="3")
    assert [] == figures(app)
    app.button(key="talk_next").click().run()
    assert figures(app)


@pytest.mark.usefixtures("whole_gallery")
def test_back_leads_to_a_scene_from_its_start():
    """The browser changes the link, and no button is pressed."""
    app = opened(HOME, view="talk", scene=CLAIM_SCENE)
    app.button(key="talk_next").click().run()
    assert not reveals(app)
    app.query_params["scene"] = ACCURACY_SCENE
    app.switch_page(ACCURACY).run()
    assert f"{ACCURACY_SCENE} / {LAST}" in text(app)
    assert reveals(app)


def test_the_overview_lists_all_scenes():
    app = opened(HOME, view="talk", scene="2")
    app.button(key="talk_scenes").click().run()
    listed = [each.label for each in app.button if (each.key or "").startswith("talk_to_")]
    assert [scene.heading in label for scene, label in zip(TALK.scenes, listed, strict=True)]
    assert f"13. {TALK.scenes[12].heading} :gray[· 2 min]" == listed[12]
    assert "**2." in listed[1]


def test_the_presenters_view_has_the_notes_and_nothing_of_a_page(monkeypatch):
    # whatever the server's mode
    monkeypatch.setenv("POOLSCOPE_MODE", "talk")
    app = opened(ACCURACY, view="presenter")
    assert [] == messages(app)
    (view,) = [part.proto for part in app.get("bidi_component")]
    told = json.loads(view.json)
    assert [scene.notes for scene in TALK.scenes] == [each["notes"] for each in told["scenes"]]
    assert [] == [*app.title, *app.sidebar.button, *app.main.button]


def test_notes_are_not_part_of_a_scene():
    app = opened(HOME, view="talk", scene="2")
    assert TALK.scenes[1].notes.splitlines()[0] not in text(app)


def test_every_scene_that_ships_has_notes_without_a_measured_number():
    for scene in TALK.scenes:
        assert scene.notes, scene.heading
        # 95 % is the interval's level
        assert not re.findall(r"\d+", scene.notes.replace("95 %", "")), scene.heading


def test_in_a_talk_no_word_is_marked():
    app = opened(HOME, view="talk", scene="2")
    assert "#words" not in "".join(each.value for each in app.main.markdown)


def reveals(app):
    """Whether the button that goes on reveals something first."""
    return "Reveal" == app.button(key="talk_next").label


def goes_on(app):
    """To the next scene, whatever this one keeps back."""
    if reveals(app):
        app.button(key="talk_next").click().run()
    app.button(key="talk_next").click().run()


def test_a_talk_that_cannot_be_read_is_said_to_be(monkeypatch, tmp_path):
    monkeypatch.setenv("POOLSCOPE_TALK", str(tmp_path / "mine.toml"))
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=SCRIPT_SECONDS)
    app.query_params["view"] = "talk"
    (said,) = messages(app.run())
    assert "mine.toml cannot be read" in said


@pytest.mark.usefixtures("whole_gallery")
def test_a_script_that_names_a_card_that_is_gone_shows_the_one_in_its_place(monkeypatch, tmp_path):
    (tmp_path / "old.toml").write_text(
        """
title = "An old script"
[[scenes]]
heading = "Why"
sentence = "What does the answer rest on?"
page = "features"
link = { dataset = "digits", pooling = ["max"], head = "gap" }
figures = ["Where the answer comes from"]
""",
        encoding="utf-8",
    )
    monkeypatch.setenv("POOLSCOPE_TALK", str(tmp_path / "old.toml"))
    app = opened(HOME, view="talk", scene="1")
    assert [] == messages(app)
    assert "Under your finger" in text(app)
    assert "Feature maps" not in text(app)
