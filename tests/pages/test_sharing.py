"""Does the link to share hold everything?"""

from urllib.parse import parse_qs, urlsplit

import pytest

from core.catalog import Page
from core.config.fields import own_defaults
from core.config.talk import Scene, Talk, read_talk, scene_as_toml, talk_as_toml
from pages.shared import link, parameters
from pages.shared.share import is_local
from tests.pages.dashboard import (
    ACCURACY,
    BY_HAND,
    CLAIMS_PAGE,
    FEATURES,
    HOME,
    opened,
    text,
    title,
)


def shared(app):
    """The parameters of the link to share."""
    app.button(key="share").click().run()
    (address,) = [code.value for code in app.code]
    return parse_qs(urlsplit(address).query, keep_blank_values=True)


def test_the_link_to_share_names_what_differs_the_data_set_and_the_version():
    app = opened(ACCURACY, pooling=["max", "conv"], head="gap", seeds="7", lr="0.05")
    assert [] == list(app.code)
    parts = shared(app)
    assert {
        "pooling": ["max", "conv"],
        "head": ["gap"],
        "seeds": ["7"],
        "lr": ["0.05"],
        "dataset": [app.session_state["dataset"]],
        "v": ["1"],
    } == parts
    again = opened(ACCURACY, **parts)
    assert title(again) == title(app)
    assert "Left out of the link" not in text(again)


@pytest.mark.parametrize("dataset", ["fashion", "shapes", "digits"])
def test_the_own_defaults_of_a_data_set_are_not_in_the_link(dataset):
    app = opened(ACCURACY)
    app.selectbox(key="dataset").set_value(dataset).run()
    assert {"dataset": [dataset], "v": ["1"]} == shared(app)


def test_that_nothing_is_chosen_is_in_the_link():
    app = opened(ACCURACY)
    app.button_group(key="pooling").set_value([]).run()
    assert [""] == shared(app)["pooling"]


DEFAULTS_OF_VERSION_1 = {
    "pooling": ["max", "average"],
    "head": "both",
    "more_heads": [],
    "dropout": ["none"],
    "seeds": 5,
    "chance": "seeds-and-images",
    "show_all": False,
    "body": "plain",
    "depth": 1,
    "padding": "zeros",
    "hidden": 0,
    "pools": "all",
    "pool_size": 2,
    "pool_stride": 2,
    "pool_order": "after-activation",
    "dropout_rate": 0.25,
    "dropout_kind": "element",
    "image_size": 32,
    "colour": "rgb",
    "difficulty": "default",
    "augment_shift": 0,
    "ground": "measured",
    "polarity": "stored",
}
OF_EVERY_DATA_SET = {"train_size": "all", "batch_size": 64, "weight_decay": 0.0005}
PLAIN = {**OF_EVERY_DATA_SET, "widths": "16,32", "norm": "none", "lr": 0.1}
DEEPER = {**OF_EVERY_DATA_SET, "widths": "16,32,64", "norm": "batch", "lr": 0.1}
OWN_DEFAULTS_OF_VERSION_1 = {
    "digits": {**PLAIN, "epochs": 20},
    "shapes": {**PLAIN, "epochs": 8, "lr": 0.05, "norm": "batch", "train_size": 4000},
    "mnist": {**PLAIN, "epochs": 3, "train_size": 12000},
    "fashion-mnist": {**DEEPER, "epochs": 5},
    "kmnist": {**PLAIN, "epochs": 5},
    "cifar10": {**PLAIN, "epochs": 10},
    "svhn": {**PLAIN, "epochs": 5},
    "fashion": {**DEEPER, "epochs": 6},
}


def test_the_defaults_of_a_version_of_links_stay():
    """A link names what differs from them: another default needs another `link.VERSION`.

    Links of the version before must then get the old default. New parameters may come.
    """
    assert "1" == link.VERSION
    for name, value in DEFAULTS_OF_VERSION_1.items():
        assert value == parameters.DEFAULTS[name], name
    for dataset, own in OWN_DEFAULTS_OF_VERSION_1.items():
        assert own == {name: own_defaults(dataset)[name] for name in own}, dataset


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://localhost:8501/cost", True),
        ("http://127.0.0.1:8501/", True),
        ("http://127.0.1.1/", True),
        ("http://[::1]:8501/", True),
        ("http://0.0.0.0:8501/", True),
        ("", True),
        ("http://192.168.1.7:8501/", False),
        ("https://poolscope.example.org/cost?v=1", False),
        ("http://[2001:db8::1]/", False),
    ],
)
def test_only_an_address_that_others_can_reach_has_a_qr_code(address, local):
    assert local is is_local(address)


def test_a_link_of_another_version_is_read_with_a_remark():
    app = opened(ACCURACY, v="2", head="gap")
    assert "version `2` of the link (this Poolscope reads version 1)" in text(app)


def added(app, heading="Mine", cards=()):
    """The lines of the scene for the view. A test has no reruns of the dialog alone."""
    app.session_state["share_scene"] = True
    app.session_state["scene_heading"] = heading
    app.session_state["scene_cards"] = list(cards)
    app.button(key="share").click().run()
    return app.code[-1].value


def script(path, lines):
    """A script with another scene and these lines at its end."""
    other = Scene(heading="Before", sentence="Another one", page=Page.COST)
    path.write_text(talk_as_toml(Talk(title="Mine", scenes=(other,))) + lines)
    return read_talk(path)


def in_address(app, name):
    """A parameter that occurs once; a test gets it as it was given."""
    value = app.query_params[name]
    return value if isinstance(value, str) else "".join(value)


@pytest.mark.parametrize(
    ("page", "link", "card"),
    [
        (
            ACCURACY,
            {
                "dataset": "digits",
                "pooling": ["max", "conv"],
                "head": "gap",
                "seeds": "7",
                "lr": "0.05",
                "show_all": "true",
                "curves_against": "time",
                "reference": "conv",
            },
            "Validation accuracy, GAP head",
        ),
        (BY_HAND, {"dataset": "digits", "grid": "line", "pooling": "max"}, "Window by window"),
        (CLAIMS_PAGE, {"dataset": "digits", "claim": "max-keeps-edges"}, "The experiment"),
    ],
)
def test_a_view_becomes_a_scene_that_shows_it(monkeypatch, tmp_path, page, link, card):
    """Read back through the code that reads talks, and walked to."""
    app = opened(page, **link)
    held = {name: app.session_state[name] for name in link if name != "claim"}
    heading = 'My “view” \\ "quoted"'
    lines = added(app, heading, [card])
    assert card in app.multiselect(key="scene_cards").options
    talk = script(tmp_path / "mine.toml", lines)
    scene = talk.scenes[-1]
    assert heading == scene.heading
    assert page == scene.page.file
    assert (card,) == scene.figures
    monkeypatch.setenv("POOLSCOPE_TALK", str(tmp_path / "mine.toml"))
    again = opened(HOME, view="talk", scene="2")
    assert scene.heading == title(again)
    assert held == {name: again.session_state[name] for name in held}
    if claim := link.get("claim"):
        assert claim == in_address(again, "claim")


def test_a_scene_of_one_view_is_a_script_of_its_own_and_names_no_address(tmp_path):
    app = opened(ACCURACY, dataset="digits", utm_source="somewhere", controls="hidden", v="1")
    lines = added(app)
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\n' + lines)
    (scene,) = read_talk(path).scenes
    assert {"dataset": "digits"} == scene.link
    assert () == scene.figures
    assert scene_as_toml(scene).rstrip() == lines


def test_what_the_browser_alone_holds_of_a_view_is_in_the_scenes_link(monkeypatch, tmp_path):
    link = {"cell": "block1.pool,14,2,3", "step": "5", "dataset": "digits"}
    talk = script(tmp_path / "mine.toml", added(opened(FEATURES, **link)))
    assert link == talk.scenes[-1].link
    monkeypatch.setenv("POOLSCOPE_TALK", str(tmp_path / "mine.toml"))
    again = opened(HOME, view="talk", scene="2")
    assert link["cell"] == in_address(again, "cell")
    assert link["step"] == in_address(again, "step")
