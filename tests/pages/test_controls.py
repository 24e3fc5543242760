"""Do the controls of the sidebar change what every page shows?"""

import pytest

from core.comparison.bundled import bundled
from tests.bundled import bundled as gallery
from tests.pages.dashboard import (
    ACCURACY,
    BUNDLED,
    BY_HAND,
    COMPARING,
    COST,
    FEATURES,
    HISTORY,
    HOME,
    PAGES,
    TRAIN,
    answer,
    figures,
    messages,
    missing,
    opened,
    starting,
    text,
    title,
)


@pytest.mark.parametrize("page", COMPARING)
def test_a_pooling_that_is_added_is_missing_until_it_is_trained(page):
    app = opened(page)
    app.pills(key="pooling").set_value(["max", "average", "conv"]).run()
    assert 10 == missing(app)
    app.pills(key="pooling").set_value(["max", "average"]).run()
    assert 0 == missing(app)


@pytest.mark.parametrize(("page", "fewer"), [(HOME, 1), (ACCURACY, 3)])
def test_a_head_changes_the_sentence_and_the_figures(page, fewer):
    app = opened(page)
    before = answer(app), figures(app)
    app.segmented_control(key="head").set_value("flatten").run()
    assert [] == messages(app)
    assert before[0] != answer(app)
    assert fewer == len(figures(app))
    assert before[1] != figures(app)
    assert 0 == missing(app)


def test_shapes_are_shown_with_their_size_and_difficulty():
    app = opened(TRAIN, dataset="shapes", image_size="64", difficulty="hard")
    assert "hard shapes, 64 × 64" in text(app)


def test_a_folder_that_is_not_there_is_one_sentence_above_the_last_good_page():
    app = opened(TRAIN, dataset="folder:/no/such/folder")
    assert ["/no/such/folder: there is no such folder"] == messages(app)
    assert "All twenty runs of this comparison are trained." == title(app)


def test_a_path_without_its_prefix_is_taken_for_the_folder_that_it_is(two_classes):
    app = opened(TRAIN, dataset=str(two_classes))
    assert [] == messages(app)
    assert "pictures, 32 × 32" in text(app)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("/no/such/folder", "No data set is called /no/such/folder. For your own images type"),
        ("./", "./: one sub-folder of images"),
        ("folder:", "Dataset: folder: a path is needed"),
    ],
)
def test_a_data_set_that_means_nothing_keeps_the_page(named, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = opened(TRAIN, dataset=named)
    (message,) = messages(app)
    assert message.startswith(said.replace("./", f"{tmp_path}", 1))
    assert "All twenty runs of this comparison are trained." == title(app)
    assert "digits, 8 × 8" in text(app)


@pytest.mark.parametrize("head", ["gmp", "attention", "simpool", "lse", "avg-max", "bilinear"])
def test_a_rarer_head_is_added_to_the_comparison(head):
    app = opened(TRAIN)
    app.pills(key="more_heads").set_value([head]).run()
    assert [] == messages(app)
    assert 10 == missing(app)


@pytest.mark.parametrize("page", COMPARING)
def test_a_dropout_position_that_is_added_is_missing(page):
    app = opened(page)
    app.pills(key="dropout").set_value(["none", "head"]).run()
    assert [] == messages(app)
    assert BUNDLED == missing(app)


@pytest.mark.parametrize("page", [HOME, ACCURACY])
def test_fewer_seeds_change_the_sentence_and_the_figures(page):
    app = opened(page)
    before = text(app), figures(app)
    app.slider(key="seeds").set_value(3).run()
    assert [] == messages(app)
    assert before[0] != text(app)
    assert before[1] != figures(app)
    assert 0 == missing(app)


@pytest.mark.parametrize("page", COMPARING)
def test_more_seeds_than_there_are_runs_are_missing(page):
    app = opened(page)
    app.slider(key="seeds").set_value(7).run()
    assert 2 * 4 == missing(app)


@pytest.mark.parametrize("page", COMPARING)
def test_one_seed_is_enough_for_a_page(page):
    assert [] == messages(opened(page, seeds="1"))


@pytest.mark.parametrize("page", PAGES)
def test_without_a_chosen_pooling_max_is_shown_and_the_page_says_so(page):
    app = opened(page)
    app.pills(key="pooling").set_value([]).run()
    assert [] == messages(app)
    assert "No pooling is chosen, so max is shown." in text(app)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_chosen_dropout_position_there_is_no_dropout(page):
    app = opened(page)
    app.pills(key="dropout").set_value([]).run()
    assert [] == messages(app)
    assert 0 == missing(app)


def test_another_reference_changes_the_sentence():
    app = opened(ACCURACY)
    before = title(app)
    app.selectbox(key="reference").set_value("average").run()
    assert before != title(app)


def test_a_reference_that_leaves_the_comparison_is_replaced():
    app = opened(ACCURACY, reference="average")
    app.pills(key="pooling").set_value(["max"]).run()
    assert [] == messages(app)


def test_the_choice_outlives_a_change_of_page():
    app = opened(ACCURACY, pooling=["max", "conv"], head="gap", seeds="3")
    for page in (TRAIN, HISTORY, HOME, ACCURACY):
        app.switch_page(page).run()
        assert ["max", "conv"] == app.session_state["pooling"]
        assert ("gap", 3) == (app.session_state["head"], app.session_state["seeds"])


@pytest.mark.parametrize("page", COMPARING)
def test_an_arm_whose_map_shrinks_away_is_left_out_and_named(page):
    app = opened(page, pooling=["max", "none"], widths="4,4,4,4", head="gap")
    assert [] == messages(app)
    assert 5 == missing(app)
    assert "Left out: max (block4.pool: its map is 1 x 1" in text(app)


def test_a_strategy_that_is_another_at_stride_1_is_named():
    said = "fractional-max is shown as max: at stride 1 they are one network."
    link = {"pooling": ["average", "fractional-max"], "head": "gap", "show_all": "true"}
    assert said in text(opened(ACCURACY, pool_stride="1", **link))
    assert said not in text(opened(ACCURACY, **link))


@pytest.mark.parametrize("page", COMPARING)
def test_a_comparison_whose_maps_all_shrink_away_is_refused_in_a_sentence(page):
    (said,) = messages(opened(page, widths="4,4,4,4"))
    assert said.startswith("Block4.pool: its map is 1 x 1")


@pytest.mark.parametrize("page", [TRAIN, FEATURES])
def test_every_number_can_be_raised_and_lowered_from_the_start(page):
    """The − and + of a field without a number are dead."""
    numbers = {each.key: each.value for each in opened(page).number_input}
    assert {"epochs", "batch_size", "lr", "weight_decay", "hidden"} <= numbers.keys()
    assert {} == {name: value for name, value in numbers.items() if value is None}


def test_a_recipe_begins_as_the_data_sets_own_and_follows_the_data_set():
    app = opened(TRAIN)
    assert 20 == app.number_input(key="epochs").value
    app.number_input(key="lr").set_value(0.02).run()
    app.selectbox(key="dataset").set_value("shapes").run()
    assert [] == messages(app)
    recipe = {name: app.number_input(key=name).value for name in ("epochs", "batch_size", "lr")}
    assert {"epochs": 8, "batch_size": 64, "lr": 0.02} == recipe


def test_the_data_sets_own_recipe_asks_for_the_runs_without_one():
    app = opened(TRAIN)
    assert 0 == missing(app)
    app.number_input(key="epochs").set_value(21).run()
    assert BUNDLED == missing(app)
    app.number_input(key="epochs").set_value(20).run()
    assert 0 == missing(app)


def advanced(app):
    """The label of the button that opens the settings that all networks share."""
    labels = [block.proto.popover.label for block in app.sidebar.get("popover")]
    return next(label for label in labels if label.startswith("Advanced"))


def test_what_is_not_at_its_default_is_named_counted_and_reset():
    # which counts the choice itself, without any run
    app = opened(COST, dataset="digits", norm="batch", widths="8,16")
    (scene,) = starting(app, ":small[:gray[digits")
    assert "widths 8,16" in scene
    assert "norm batch" in scene
    assert "Advanced · 2 changed" == advanced(app)
    app.button(key="reset_advanced").click().run()
    (scene,) = starting(app, ":small[:gray[digits")
    assert "widths" not in scene
    assert "norm" not in scene
    assert "Advanced" == advanced(app)
    assert "none" == app.selectbox(key="norm").value


@pytest.mark.parametrize("dataset", ["digits", "fashion"])
def test_the_default_of_a_data_set_is_no_change(dataset):
    app = opened(COST, dataset=dataset)
    assert "Advanced" == advanced(app)
    (scene,) = starting(app, f":small[:gray[{dataset}")
    assert "norm" not in scene


@pytest.mark.parametrize("dataset", ["digits", "shapes", "mnist", "cifar10"])
def test_another_data_set_brings_its_own_defaults_and_changes_nothing(dataset):
    app = opened(COST, dataset="fashion")
    app.selectbox(key="dataset").set_value(dataset).run()
    assert "Advanced" == advanced(app)
    app.number_input(key="epochs").set_value(7).run()
    assert "Advanced · 1 changed" == advanced(app)


def test_a_setting_of_other_data_sets_is_no_change():
    assert "Advanced" == advanced(opened(ACCURACY, dataset="digits", difficulty="hard"))


def test_a_rarer_head_counts_as_changed():
    assert "Advanced · 1 changed" == advanced(opened(ACCURACY, dataset="digits", more_heads="gmp"))


@pytest.mark.usefixtures("whole_gallery")
def test_seeds_says_how_many_are_bundled_for_the_data_set():
    for row in bundled(gallery().summaries()):
        app = opened(BY_HAND, dataset=row.dataset)
        assert f"Bundled: up to {row.seeds} seeds." in {each.value for each in app.sidebar.caption}
    app = opened(BY_HAND, dataset="svhn")
    assert "Bundled: no runs." in {each.value for each in app.sidebar.caption}
