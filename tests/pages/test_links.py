"""Is everything that a link asks for shown, or named where it cannot be?"""

import ast
import re

import pytest

from core.settings import PROJECT
from pages.shared import parameters
from pages.shared.link import Anything, OpenList, Range
from tests.pages.dashboard import (
    ACCURACY,
    BY_HAND,
    COMPARING,
    COST,
    FEATURES,
    HISTORY,
    HOME,
    PAGES,
    SHIFT,
    STORED,
    TRAIN,
    messages,
    opened,
    text,
)


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


@pytest.mark.parametrize(
    ("page", "expected"), [(HOME, "10 bundled runs"), (HISTORY, "All twenty runs stored here")]
)
def test_a_bundled_file_that_cannot_be_read_is_named_and_the_others_serve(
    home, few_bundled, monkeypatch, page, expected
):
    folder = home / "gallery"
    folder.mkdir(parents=True)
    (folder / "digits.db").write_bytes(few_bundled.read_bytes())
    (folder / "shapes.db").write_text("not a gallery")
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(folder))
    app = opened(page, dataset="digits", pooling=["max", "average"], head=["gap"], seeds="5")
    assert [] == messages(app)
    (said,) = (warning.value for warning in app.warning)
    assert f"left out: {folder / 'shapes.db'} is not an SQLite file" in said
    assert expected in text(app)


@pytest.mark.parametrize("page", STORED)
def test_a_bad_setting_gives_one_sentence(monkeypatch, page):
    monkeypatch.setenv("POOLSCOPE_WORKERS", "many")
    (said,) = messages(opened(page))
    assert "POOLSCOPE_WORKERS" in said
    assert said.endswith("received 'many'")


# every parameter of every page

SEVERAL_VALUES = parameters.REPEATABLE
EVERY = {**parameters.of_sidebar(hosted=False), **parameters.of_pages(images=300)}
KNOWN = {name: allowed for name, allowed in EVERY.items() if not isinstance(allowed, Anything)}


def note_on(**link: str | list[str]) -> str:
    """What is said of a link; the check is one for all pages, and History draws the least."""
    app = opened(HISTORY, **link)
    assert [] == messages(app)
    return "\n".join(line for line in text(app).splitlines() if line.startswith("Left out of"))


@pytest.mark.parametrize("name", KNOWN)
def test_a_value_that_a_control_cannot_show_is_named_with_what_is_allowed(name):
    said = note_on(**{name: "nonsense"})
    assert f"{name} `nonsense` (allowed: " in said


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("temperature", "9", "0 to 3"),
        ("image", "99999", "0 to 299"),
        ("image", "1.5", "0 to 299"),
        ("grid", "nonsense", "patch, digit, line, edge, own, upload"),
        ("own_side", "5", "4, 6, 8"),
        ("networks", "max gap gap", "a pooling and a head, as in max gap"),
        ("page", "0", "1 to "),
    ],
)
def test_a_value_out_of_range_is_told_the_range(name, value, allowed):
    assert f"{name} `{value}` (allowed: {allowed}" in note_on(**{name: value})


def test_the_number_of_test_images_is_that_of_the_data_set_in_the_link():
    assert "" == note_on(dataset="shapes", image="2999")
    assert "image `3000` (allowed: 0 to 2999)" in note_on(dataset="shapes", image="3000")


def two_values(name: str) -> list[str]:
    """Two values that a parameter may have."""
    match KNOWN[name]:
        case Range(least=least, most=most):
            return [f"{least:g}", f"{most:g}"]
        case parameters.NetworkNames():
            return ["max gap", "max flatten"]
        case parameters.Written(words=words):
            example = words.partition("as in ")[2]
            return [example, re.sub(r"\d+", "7", example)]
        case OpenList(names=names):
            return [*names][:2]
        case names:
            return [*names][:2]


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in SEVERAL_VALUES])
def test_a_single_value_that_is_given_twice_is_named(name):
    said = note_on(**{name: two_values(name)})
    assert f"all but the first value of {name}, which occurs 2 times (`" in said


@pytest.mark.parametrize("name", SEVERAL_VALUES)
def test_what_may_have_several_values_is_no_slip(name):
    assert "" == note_on(**{name: two_values(name)})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("polling", "did you mean pooling?"),
        ("seed", "did you mean seeds?"),
        ("colour_of_the_sky", "no page has such a parameter"),
    ],
)
def test_a_name_that_no_page_has_is_named(name, meant):
    assert f"`{name}` ({meant})" in note_on(**{name: "min"})


def test_what_is_no_control_is_no_slip():
    link = {"v": "1", "controls": "hidden", "embed": "true", "claim": "flatten-explodes"}
    assert "" == note_on(**link, utm_source="a-newsletter")


OURS = {"one_of", "several_of", "one_in_a_box", "_choose"}
"""functions that draw a control that a link keeps, whose third argument is its name"""


def bound_keys() -> set[str]:
    """The keys of all controls in the sources of the pages that a link keeps."""
    found = set()
    for path in (PROJECT / "pages").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = {word.arg: word.value for word in node.keywords}
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in OURS and len(node.args) > 2 and "bound" not in given:
                found.add(node.args[2])
            elif "bind" in given and name not in {"row", "box"}:
                found.add(given["key"])
    return {ast.unparse(key).strip("'") for key in found}


def test_every_control_that_a_link_keeps_is_checked():
    # the chooser's constant; the fields of a budget, whose limits are checked below; what `_choose`
    # of Cost was given; the settings of the sidebar are drawn by `widgets`
    dynamic = {"NETWORKS_KEY", "field.parameter", "key"}
    assert set() == bound_keys() - {*EVERY, *dynamic}
    assert set(parameters.of_sidebar(hosted=False)) == set(parameters.DEFAULTS)
    own = set(parameters.DEFAULTS) - set(parameters.SHARED_SETTINGS)
    assert set() == own - bound_keys()
    drawn = {"networks", *(field.parameter for field in parameters.BUDGETS)}
    assert set() == set(parameters.of_pages(images=1)) - bound_keys() - drawn


def test_the_values_are_those_of_the_controls():
    app = opened(BY_HAND, grid="own")
    for key in ("grid", "own_side"):
        (options,) = [b.options for b in app.button_group if b.key == key]
        assert list(KNOWN[key]) == list(options)
    app = opened(COST)
    (ledger,) = [box.options for box in app.selectbox if box.key == "ledger"]
    assert list(KNOWN["ledger"]) == ledger
    for field in parameters.BUDGETS:
        box = app.number_input(key=field.parameter)
        assert (field.allowed.least, field.allowed.most) == (box.min, box.max)
    for page, key in (
        (COST, "against"),
        (COST, "field"),
        (ACCURACY, "curves"),
        (SHIFT, "shift_border"),
    ):
        (options,) = [b.options for b in opened(page).button_group if b.key == key]
        assert list(KNOWN[key]) == list(options)


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [
        (TRAIN, "hidden", "inf"),
        (TRAIN, "epochs", "-inf"),
        (TRAIN, "lr", "nan"),
        (TRAIN, "seeds", "2.5"),
        (FEATURES, "image", "inf"),
        (FEATURES, "image", "1.5"),
        (FEATURES, "channel", "1e400"),
        (BY_HAND, "temperature", "inf"),
    ],
)
def test_no_number_stops_a_page(page, name, value):
    app = opened(page, **{name: value})
    assert [] == messages(app)
    assert f"{name} `{value}` (allowed: " in text(app)


def test_of_a_single_value_that_is_given_twice_the_first_counts():
    app = opened(BY_HAND, seeds=["3", "4"], head=["gap", "flatten"], norm=["none", "batch"])
    state = app.session_state
    assert (3, "gap", "none") == (state["seeds"], state["head"], state["norm"])


def test_all_slips_of_a_link_are_noted_together_and_the_note_stays():
    app = opened(BY_HAND, grid="nonsense", polling="min", seeds=["3", "4"])
    for _ in range(2):
        (said,) = [line for line in text(app).splitlines() if line.startswith("Left out of")]
        assert all(name in said for name in ("grid `nonsense`", "`polling`", "value of seeds"))
        app.run()
    app.slider(key="seeds").set_value(7).run()
    assert "Left out of" not in text(app)
