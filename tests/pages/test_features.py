"""Does Features show one image through several networks, and say what it shows?"""

import pytest

from core.comparison import Comparison
from core.comparison.disputed import Dispute, Gallery
from core.config import Experiment
from pages.cards.disputed import counted
from tests.pages.dashboard import (
    FEATURES,
    HEADLINE,
    SHIFT,
    a_picture,
    given,
    ink_on_white,
    keys,
    messages,
    opened,
    text,
    title,
    touched,
)


def name_of(app):
    """What the image is that all networks see."""
    return given(app, "input")["picture"]["name"]


def test_features_shows_the_answers_of_the_bundled_networks():
    app = opened(FEATURES, image="17")
    assert [] == messages(app)
    assert "All networks say 0." == title(app)
    assert "labelled “0”" == name_of(app)
    assert 0 == given(app, "maps")["picture"]["answer"]
    for name in ("maps", "patches", "filters"):
        assert 4 == len(given(app, name)["networks"])
    assert 2 == len(given(app, "softened")["networks"])


def test_an_upload_is_answered_in_the_browser():
    app = opened(FEATURES)
    app.get("file_uploader")[0].upload("seven.png", ink_on_white(), "image/png").run()
    assert "Your browser computes what the networks say." == title(app)
    assert given(app, "maps")["picture"]["answer"] is None


def test_layer_and_channels_are_in_the_link():
    app = opened(FEATURES, head="gap", layer="block2.conv", channels="17 to 32")
    assert [] == messages(app)
    maps = given(app, "maps")
    assert maps["caption"].startswith("Channels 17 to 32 of 32 after block2.conv")
    assert (16, 16) == (maps["first"], maps["most"])
    app.pills(key="layer").set_value("block1.conv").run()
    maps = given(app, "maps")
    assert maps["caption"].startswith("Channels 1 to 16 of 16 after block1.conv")
    assert {"block1.conv"} == {each["layer"] for each in maps["networks"]}
    assert {"block1.conv"} == {each["layer"] for each in given(app, "patches")["networks"]}


def test_one_scale_and_the_channel_are_in_the_link():
    app = opened(FEATURES, head="gap", one_scale="false", channel="5")
    assert given(app, "maps")["one_scale"] is False
    assert 4 == given(app, "patches")["channel"]
    app.toggle(key="one_scale").set_value(True).run()
    app.number_input(key="channel").set_value(7).run()
    assert given(app, "maps")["one_scale"] is True
    assert 6 == given(app, "patches")["channel"]
    assert given(app, "patches")["caption"] == (
        "Channel 7 after the layer shown above: the part of the image that its strongest cell "
        "sees, among the first 300 test images."
    )


def test_features_goes_to_the_next_image_on_which_the_networks_disagree():
    app = opened(FEATURES, head="gap")
    app.button(key="next_disagreement").click().run()
    assert [] == messages(app)
    assert title(app).startswith("The networks disagree: ")
    first = app.number_input(key="image").value
    app.button(key="next_disagreement").click().run()
    assert app.number_input(key="image").value != first


@pytest.mark.usefixtures("whole_gallery")
def test_a_picture_on_which_the_networks_part_opens_in_all_of_them():
    app = opened(FEATURES, pooling=["max", "average"], head="gap")
    assert "test images, " in text(app)
    assert "is right more often than the other on" in text(app)
    (first, *others) = [key for key in keys(app) if key.startswith("disputed ")]
    assert 8 <= len(others) + 1 <= 16
    app.button(key=first).click().run()
    assert [] == messages(app)
    assert int(first.removeprefix("disputed ")) == app.number_input(key="image").value


@pytest.mark.parametrize(
    ("seeds", "right", "wrong", "said"),
    [
        (3, 8, 0, "8 are right in all 3 seeds of both networks, and none is wrong in all of them."),
        (
            1,
            1,
            2,
            "one is right in the only seed of both networks, and 2 are wrong in all of them.",
        ),
    ],
)
def test_no_image_and_one_image_are_counted_as_people_say_it(seeds, right, wrong, said):
    networks = [Experiment.from_flat({"pooling": pooling}) for pooling in ("max", "average")]
    arms = Comparison.of(networks, range(seeds)).arms
    parted = Dispute(tuple(Gallery(arm, ()) for arm in arms), seeds, right, wrong, 24)
    assert f"Of 24 test images, {said}" == counted(parted)


@pytest.mark.usefixtures("whole_gallery")
def test_networks_without_an_image_of_their_own_are_named_in_one_sentence():
    app = opened(FEATURES, pooling=["max", "average"], head="both")
    assert "Average + Flatten is right more often than the others on no image." in text(app)
    assert text(app).count("is right more often than the others on") == 4


@pytest.mark.usefixtures("whole_gallery")
def test_a_single_network_has_nobody_to_part_from():
    app = opened(FEATURES, pooling=["max"], head="gap")
    assert [] == [key for key in keys(app) if key.startswith("disputed ")]


def test_features_shows_other_layers():
    app = opened(FEATURES, pooling=["max", "average"], head="gap", winners="true")
    app.pills(key="layer").set_value("block2.relu").run()
    assert "after block2.relu" in given(app, "maps")["caption"]
    assert [] == messages(app)


def test_a_link_that_explains_an_answer_is_read_in_the_browser():
    app = opened(FEATURES, method="CAM", of_class="4", of_layer="block1.pool")
    assert [] == messages(app)
    assert "Left out of the link" not in text(app)


def test_dark_ink_is_inverted_for_networks_of_light_ink_until_somebody_says_no():
    app = opened(FEATURES)
    app.get("file_uploader")[0].upload("seven.png", ink_on_white(), "image/png").run()
    assert [] == messages(app)
    assert "digits" == given(app, "input")["dataset"]
    assert "your upload, inverted to match the training images" == name_of(app)
    (switch,) = [toggle for toggle in app.toggle if toggle.label == "Invert the upload"]
    assert switch.value
    switch.set_value(False).run()
    assert "your upload, not inverted, unlike the training images" == name_of(app)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(("pooling", "side"), [("strided", 4), ("none", 8)])
def test_a_network_without_the_chosen_layer_is_shown_at_the_same_stage(pooling, side):
    app = opened(FEATURES, pooling=["max", pooling], head="gap", seeds="1")
    assert [] == messages(app)
    assert "block1.pool" == app.pills(key="layer").value
    for part in ("maps", "patches"):
        layers = [each["layer"] for each in given(app, part)["networks"]]
        assert ["block1.pool", "block1.relu"] == layers
    _, other = given(app, "patches")["networks"]
    assert (side, side) == tuple(len(other["fields"][axis]) for axis in ("rows", "columns"))


@pytest.mark.parametrize(
    ("link", "layer", "said"),
    [
        ({"pooling": ["max", "average"]}, "block1.relu", "Dots: passed on by max."),
        ({"pooling": "average"}, "block1.relu", "No dots: no max pool reads block1.relu."),
        ({"pooling": ["max", "average"]}, "block1.conv", "No dots: no max pool reads block1.conv."),
        ({"pooling": "max"}, "block2.pool", "No dots: no max pool reads block2.pool."),
    ],
)
def test_dots_are_explained_where_they_are_drawn_and_missed_elsewhere(link, layer, said):
    app = opened(FEATURES, head="gap", winners="true", **link)
    app.pills(key="layer").set_value(layer).run()
    maps = given(app, "maps")
    assert f" {said}" == maps["dots"]
    window = {"size": 2, "stride": 2} if said.startswith("Dots") else None
    for each in maps["networks"]:
        assert (window if each["strategy"] == "Max" else None) == each["pool"]


def test_two_heads_of_one_strategy_are_told_apart():
    app = opened(FEATURES, pooling="max")
    named = [each["label"] for each in given(app, "maps")["networks"]]
    assert ["Max + GAP", "Max + Flatten"] == named


@pytest.mark.usefixtures("whole_gallery")
def test_large_networks_search_fewer_images():
    link = {"dataset": "fashion", "pooling": ["max", "average"], "head": "gap", "seeds": "1"}
    app = opened(FEATURES, **link)
    patches, softened = (given(app, name) for name in ("patches", "softened"))
    assert (1000, 1000) == (patches["images"]["held"], patches["images"]["count"])
    assert 0 == softened["images"]["count"] % 100
    assert 100 <= softened["images"]["count"] < 1000


@pytest.mark.usefixtures("whole_gallery")
def test_a_part_of_the_networks_is_called_a_part():
    app = opened(FEATURES, pooling=HEADLINE, image="17", seeds="1")
    assert [] == messages(app)
    assert title(app).startswith("Of the four networks shown, ")
    assert 4 == len(given(app, "maps")["networks"])
    chooser = app.multiselect(key="networks")
    assert "max gap, average gap, max flatten, average flatten" == chooser.proto.placeholder
    assert "Up to four of the sixteen networks" in chooser.help


@pytest.mark.usefixtures("whole_gallery")
def test_the_visitor_chooses_which_networks_are_shown():
    chosen = ["blur-max gap", "none flatten"]
    app = opened(FEATURES, pooling=HEADLINE, networks=chosen, seeds="1")
    assert chosen == app.multiselect(key="networks").value
    assert 2 == len(given(app, "maps")["networks"])
    assert title(app).startswith("Of the two networks shown, ")
    app.multiselect(key="networks").set_value(["conv gap"]).run()
    assert 1 == len(given(app, "maps")["networks"])
    assert "Conv with GAP says " in title(app)


def test_networks_that_are_not_trained_are_not_all_of_the_comparison():
    app = opened(FEATURES, pooling=["max", "average", "conv"], networks=["conv gap"])
    assert "No network shown has weights of seed 0 yet." == title(app)
    assert "Seed 0 of these networks has not been trained yet." in text(app)


@pytest.mark.parametrize("page", [FEATURES, SHIFT])
def test_there_is_nothing_to_choose_where_all_networks_are_shown(page):
    assert [] == list(opened(page).multiselect)


@pytest.mark.parametrize("way", ["number", "next", "back"])
def test_a_test_image_takes_the_place_of_an_upload(way):
    app = opened(FEATURES, head="gap")
    app.get("file_uploader")[0].upload("white.png", a_picture(), "image/png").run()
    assert "your upload" in name_of(app)
    match way:
        case "number":
            app.number_input(key="image").set_value(60).run()
        case "next":
            app.button(key="next_disagreement").click().run()
        case "back":
            app.button(key="drop_upload").click().run()
    assert [] == messages(app)
    assert name_of(app).startswith("labelled “")
    assert "drop_upload" not in keys(app)
    # another can be chosen
    app.get("file_uploader")[0].upload("white.png", a_picture(), "image/png").run()
    assert "your upload" in name_of(app)


def test_networks_too_large_for_a_finger_have_all_other_cards(monkeypatch):
    monkeypatch.setattr("pages.shared.touch.TOUCHED_MILLIONS", 0.001)
    app = opened(FEATURES, head="gap")
    assert [] == messages(app)
    assert "The cards below are computed all the same, more slowly." in text(app)
    assert [] == touched(app)
    for name in ("maps", "patches", "filters"):
        assert 2 == len(given(app, name)["networks"])
