"""Is everything that a link asks for shown, or named where it cannot be?"""

import pytest

from tests.pages.dashboard import COMPARING, HOME, PAGES, STORED, TRAIN, messages, opened, text


@pytest.mark.parametrize("page", COMPARING)
def test_every_page_refuses_a_bad_text_in_one_sentence(page):
    app = opened(page)
    app.text_input(key="widths").set_value("a,b").run()
    (said,) = messages(app)
    assert "received 'a,b'" in said


@pytest.mark.parametrize(
    ("name", "value", "received"),
    [
        ("widths", "0", "received 0"),
        ("train_size", "many", "received 'many'"),
        ("train_size", "5", "received 5"),
    ],
)
def test_a_bad_text_is_named(name, value, received):
    (said,) = messages(opened(TRAIN, **{name: value}))
    assert said.lower().startswith(f"{name}: ")
    assert said.endswith(received)


def test_a_page_recovers_when_the_text_is_corrected():
    app = opened(TRAIN, widths="a,b")
    assert 1 == len(messages(app))
    app.text_input(key="widths").set_value("16,32").run()
    assert [] == messages(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_it_left_out_of_a_link(page):
    assert "Left out of the link: seeds `99`" in text(opened(page, seeds="99"))


def test_all_that_is_wrong_with_a_link_is_said_in_one_sentence():
    app = opened(HOME, dataset="imagenet", pooling=["max", "banana"], seeds="abc")
    (said,) = [line for line in text(app).splitlines() if line.startswith("Left out of the link:")]
    assert all(value in said for value in ("`imagenet`", "`banana`", "`abc`"))
    assert "`max`" not in said
    assert ["max"] == app.session_state["pooling"]


def test_the_note_on_a_link_stays_until_a_control_is_changed():
    app = opened(HOME, seeds="99")
    assert "Left out of the link" in text(app.run())
    app.slider(key="seeds").set_value(3).run()
    assert "Left out of the link" not in text(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_good_link_has_no_note(page):
    link = {"pooling": ["max", "conv"], "reference": "conv", "seeds": "3", "lr": "0.01"}
    link["dropout_rate"] = "0.5"
    assert "Left out of the link" not in text(opened(page, **link))


def test_a_link_cannot_put_its_own_markup_on_the_page():
    said = text(opened(HOME, seeds="`![](http://a.b/c.png)" + 100 * "x"))
    outside, inside = said.split("`")[::2], said.split("`")[1::2]
    assert not [part for part in outside if "http" in part]
    assert ["![](http://a.b/c.png)" + 19 * "x"] == [part for part in inside if "http" in part]


@pytest.mark.parametrize("page", STORED)
def test_a_foreign_store_gives_one_sentence_and_is_left_as_it_is(home, page):
    home.mkdir()
    file = home / "runs.db"
    file.write_text("my only copy of something else")
    (said,) = messages(opened(page))
    assert str(file) in said
    assert "is not an SQLite file" in said
    assert "my only copy of something else" == file.read_text()
    assert [file] == list(home.iterdir())


@pytest.mark.parametrize("page", STORED)
def test_a_foreign_gallery_gives_one_sentence(home, monkeypatch, page):
    home.mkdir()
    file = home / "gallery.db"
    file.write_text("not a gallery")
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(file))
    (said,) = messages(opened(page))
    assert str(file) in said


@pytest.mark.parametrize("page", STORED)
def test_a_bad_setting_gives_one_sentence(monkeypatch, page):
    monkeypatch.setenv("POOLSCOPE_WORKERS", "many")
    (said,) = messages(opened(page))
    assert "POOLSCOPE_WORKERS" in said
    assert said.endswith("received 'many'")
