"""Does Features show one image through several networks, and say what it shows?"""

import re

import pytest

from tests.pages.dashboard import (
    FEATURES,
    HEADLINE,
    SHIFT,
    a_picture,
    ink_on_white,
    keys,
    messages,
    opened,
    starting,
    text,
    title,
)


def test_features_shows_the_answers_of_the_bundled_networks():
    app = opened(FEATURES, image="17")
    assert [] == messages(app)
    assert "All networks say 0." == title(app)
    assert "labelled “0”" in text(app)
    assert 4 == text(app).count("predicts **")
    assert 4 == text(app).count("predicts **0 ✓**")


def test_an_answer_that_is_wrong_has_a_cross():
    app = opened(FEATURES, head="gap")
    app.button(key="next_disagreement").click().run()
    (label,) = re.findall("labelled “(.)”", text(app))
    said = re.findall(r"predicts \*\*(.) (.)\*\*", text(app))
    assert {("✓" if answer == label else "✗") for answer, _ in said} == {mark for _, mark in said}
    assert all((answer == label) == (mark == "✓") for answer, mark in said)
    assert any(mark == "✗" for _, mark in said)


def test_layer_and_channels_are_in_the_link():
    app = opened(FEATURES, head="gap", layer="block2.conv", channels="17 to 32")
    assert [] == messages(app)
    assert "Channels 17 to 32 of 32 after block2.conv" in text(app)
    app.pills(key="layer").set_value("block1.conv").run()
    assert "Channels 1 to 16 of 16 after block1.conv" in text(app)


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
    assert "after block2.relu" in text(app)
    assert [] == messages(app)


def test_a_link_that_explains_an_answer_is_read_in_the_browser():
    app = opened(FEATURES, method="CAM", of_class="4", of_layer="block1.pool")
    assert [] == messages(app)
    assert "Left out of the link" not in text(app)


def test_dark_ink_is_inverted_for_networks_of_light_ink_until_somebody_says_no():
    app = opened(FEATURES)
    app.get("file_uploader")[0].upload("seven.png", ink_on_white(), "image/png").run()
    assert [] == messages(app)
    assert "digits, your upload, inverted to match the training images." in text(app)
    (switch,) = [toggle for toggle in app.toggle if toggle.label == "Invert the upload"]
    assert switch.value
    switch.set_value(False).run()
    assert "digits, your upload, not inverted, unlike the training images." in text(app)


@pytest.mark.usefixtures("whole_gallery")
@pytest.mark.parametrize(("pooling", "side"), [("strided", 4), ("none", 8)])
def test_a_network_without_the_chosen_layer_is_shown_at_the_same_stage(pooling, side):
    app = opened(FEATURES, pooling=["max", pooling], head="gap", seeds="1")
    assert [] == messages(app)
    assert "block1.pool" == app.pills(key="layer").value
    maps, patches = (starting(app, s) for s in ("block1.", "After block"))
    assert ["block1.pool, 16 × 4 × 4", f"block1.relu, 16 × {side} × {side}"] == maps
    assert ["After block1.pool", "After block1.relu"] == [
        each.partition(". ")[0] for each in patches
    ]


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
    (caption,) = starting(app, "Channels 1 to 16")
    assert caption.endswith(f". {said}")
    assert 1 == caption.lower().count("dots")


def test_silent_channels_are_counted_network_by_network():
    """Two heads of one strategy are two networks."""
    app = opened(FEATURES, pooling="max")
    app.pills(key="layer").set_value("block2.pool").run()
    (caption,) = starting(app, "Channels 1 to 16")
    assert caption.endswith(" Silent on this image: Max + GAP 2.")


def test_tied_patches_are_not_called_the_strongest_first():
    app = opened(FEATURES, pooling="average", head="gap", channel="16")
    (said,) = starting(app, "After block1.pool")
    assert "equally strong, like " in said
    assert "strongest first" not in said
    assert "Each of these parts is of one shade." in said


@pytest.mark.usefixtures("whole_gallery")
def test_a_part_of_the_networks_is_called_a_part():
    app = opened(FEATURES, pooling=HEADLINE, image="17", seeds="1")
    assert [] == messages(app)
    assert title(app).startswith("Of the four networks shown, ")
    assert 4 == text(app).count("predicts **")
    chooser = app.multiselect(key="networks")
    assert "max gap, average gap, max flatten, average flatten" == chooser.proto.placeholder
    assert "Up to four of the sixteen networks" in chooser.help


@pytest.mark.usefixtures("whole_gallery")
def test_the_visitor_chooses_which_networks_are_shown():
    chosen = ["blur-max gap", "none flatten"]
    app = opened(FEATURES, pooling=HEADLINE, networks=chosen, seeds="1")
    assert chosen == app.multiselect(key="networks").value
    assert 2 == text(app).count("predicts **")
    assert title(app).startswith("Of the two networks shown, ")
    app.multiselect(key="networks").set_value(["conv gap"]).run()
    assert 1 == text(app).count("predicts **")
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
    assert "your upload" in text(app)
    match way:
        case "number":
            app.number_input(key="image").set_value(60).run()
        case "next":
            app.button(key="next_disagreement").click().run()
        case "back":
            app.button(key="drop_upload").click().run()
    assert [] == messages(app)
    assert "your upload" not in text(app)
    assert "labelled “" in text(app)
    assert "drop_upload" not in keys(app)
    # another can be chosen
    app.get("file_uploader")[0].upload("white.png", a_picture(), "image/png").run()
    assert "your upload" in text(app)
