"""Does every page say something true and useful, whatever the store, the link and the controls?"""

import io
import json
import math
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import safetensors.torch
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.analyses import MapRequest, SightRequest, as_text
from core.analyses.consistency import ShiftSettings
from core.analyses.effective_field import sight
from core.analyses.inspection import Network
from core.analyses.shift import consistency
from core.catalog import POOLINGS
from core.claims import CLAIMS
from core.config import Experiment
from core.engine import Job, JobState, close_shared_engine
from core.network.build import build_model
from core.run import Run, Status
from core.settings import PROJECT
from core.store import RunStore, write_copy
from core.talk import read_talk
from tests.store.store_samples import a_run

PAGES_FOLDER = PROJECT / "pages"
HOME, ACCURACY, COST = "home.py", "accuracy.py", "cost.py"
TRAIN, HISTORY, FEATURES = "train.py", "history.py", "features.py"
BY_HAND = "by_hand.py"
SHIFT = "shift.py"
CLAIMS_PAGE = "claims.py"
PAGES = (HOME, ACCURACY, COST, SHIFT, FEATURES, BY_HAND, CLAIMS_PAGE, TRAIN, HISTORY)
# what is worked by hand needs no store
STORED = tuple(page for page in PAGES if page != BY_HAND)
COMPARING = (HOME, ACCURACY, COST, SHIFT, FEATURES, TRAIN)

BUNDLED = 20


@pytest.fixture(autouse=True)
def nothing_kept(home: Path) -> Iterator[None]:
    """No store and no engine of another test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
    close_shared_engine()


@pytest.fixture(autouse=True)
def no_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search for components in all installed packages, three quarters of a page's time."""
    search = "component_manager.BidiComponentManager.discover_and_register_components"
    monkeypatch.setattr(f"streamlit.components.v2.{search}", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def labels_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels of the digits, without the process that reads them; test_engine runs that."""
    monkeypatch.setattr(
        "pages.shared.cached.labels_of_test", lambda _: bytes(n % 10 for n in range(300))
    )


@pytest.fixture(scope="session")
def few_bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of the runs that Home opens with, and no more."""
    path = tmp_path_factory.mktemp("gallery") / "gallery.db"
    arms = {"pooling": ["max", "average"], "head": ["gap", "flatten"]}
    experiments = [
        Experiment.from_flat({"pooling": pooling, "head": head, "seed": seed})
        for pooling in arms["pooling"]
        for head in arms["head"]
        for seed in range(5)
    ]
    bundled = RunStore.only_read(PROJECT / "assets" / "gallery.db")
    write_copy(bundled, [experiment.key for experiment in experiments], path)
    with closing(sqlite3.connect(path)) as connection:
        # what workers computed is computed in tests
        connection.execute("DELETE FROM analyses")
        connection.commit()
    return path


@pytest.fixture(autouse=True)
def small_gallery(home: Path, few_bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that tests know what is missing."""
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(few_bundled))


@pytest.fixture
def whole_gallery(small_gallery: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POOLSCOPE_GALLERY")


@pytest.fixture
def no_gallery(home: Path, small_gallery: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(home / "nowhere.db"))


def opened(page: str, **link: str | list[str]) -> AppTest:
    """The dashboard after a visitor followed a link to a page."""
    app = AppTest.from_file(PAGES_FOLDER / "main.py", default_timeout=30)
    app.query_params.update(link)
    return app.run() if page == HOME else app.switch_page(page).run()


def messages(app: AppTest) -> list[str]:
    """The errors on the page; a traceback fails the test."""
    assert [] == [exception.value for exception in app.exception]
    return [error.value for error in app.error]


def title(app: AppTest) -> str:
    (found,) = app.title
    return found.value


def text(app: AppTest) -> str:
    """All that a visitor reads outside figures and tables."""
    kinds = (app.main.markdown, app.main.caption, app.main.info, app.main.warning, app.main.error)
    return "\n".join([*(t.value for t in app.title), *(e.value for kind in kinds for e in kind)])


def figures(app: AppTest) -> list[str]:
    parts = (part.proto for part in app.get("bidi_component"))
    return [json.loads(part.json)["spec"] for part in parts if part.component_name == "plot"]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def missing(app: AppTest) -> int:
    """How many runs the train button offers."""
    (label,) = [button.label for button in app.button if button.key == "train_missing"] or ["0"]
    return next(iter([int(word) for word in label.split() if word.isdecimal()]), 1)


def trained(**flat: Any) -> list[Run]:
    """Three seeds of one configuration, with plausible accuracies."""
    chance = random.Random(str(flat))  # noqa: S311
    level = chance.uniform(0.8, 0.9)
    return [
        replace(a_run(seed, **flat), test_accuracy=level + chance.uniform(0, 0.02))
        for seed in range(3)
    ]


def fill(home: Path, *runs: Run) -> None:
    for run in runs:
        RunStore(home / "runs.db").put(run)


# every page on every store


def test_these_are_all_pages():
    there = {str(path.relative_to(PAGES_FOLDER)) for path in PAGES_FOLDER.glob("*/*.py")}
    assert set(PAGES) == {name for name in there if not name.startswith("shared/")}


@pytest.mark.parametrize(
    ("page", "count"), [(HOME, 1), (ACCURACY, 5), (COST, 4), (TRAIN, 0), (HISTORY, 0)]
)
def test_an_empty_store_shows_the_bundled_runs(page, count):
    app = opened(page)
    assert [] == messages(app)
    assert count == len(figures(app))
    assert 0 == missing(app)


def test_an_empty_store_lists_the_bundled_runs():
    (table,) = opened(HISTORY).dataframe
    assert BUNDLED == len(table.value)
    assert {"bundled"} == set(table.value["source"])


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize("page", COMPARING)
def test_without_any_run_a_page_names_what_is_missing(page):
    app = opened(page)
    assert [] == messages(app)
    # what a network costs is known before it is trained
    assert (3 if page == COST else 0) == len(figures(app))
    assert title(app)
    assert BUNDLED == missing(app)


@pytest.mark.usefixtures("no_gallery")
def test_without_any_run_history_says_so():
    app = opened(HISTORY)
    assert [] == messages(app)
    assert "Nothing is stored" in title(app)
    assert [] == list(app.dataframe)


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize(("page", "count"), [(HOME, 1), (ACCURACY, 3), (COST, 4), (TRAIN, 0)])
def test_a_filled_store_shows_its_runs(home, page, count):
    fill(home, *trained(pooling="conv"), *trained(pooling="min"))
    app = opened(page, pooling=["conv", "min"], head="gap", seeds="3")
    assert [] == messages(app)
    assert count == len(figures(app))
    assert 0 == missing(app)


@pytest.mark.usefixtures("no_gallery")
@pytest.mark.parametrize(
    ("count", "said"), [(8, "band: 95 % interval"), (9, "thin and grey: the other strategies")]
)
def test_a_caption_explains_the_lines_that_are_drawn(home, count, said):
    names = [str(name) for name in POOLINGS][:count]
    fill(home, *(run for name in names for run in trained(pooling=name)))
    app = opened(ACCURACY, pooling=names, head="gap", seeds="3", show_all="true")
    assert said in text(app)
    assert ("band" in said) == ('"fill":' in figures(app)[0])


@pytest.mark.usefixtures("no_gallery")
def test_history_lists_a_filled_store(home):
    fill(home, *trained(pooling="conv"), *trained(pooling="min", dropout="head"))
    (table,) = opened(HISTORY).dataframe
    assert {("here", "conv"): 3, ("here", "min"): 3} == table.value.groupby(
        ["source", table.value["strategy"].str.lower()]
    ).size().to_dict()


@pytest.mark.parametrize("page", COMPARING)
def test_a_run_that_is_stored_later_is_seen_without_a_new_session(home, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="3")
    assert 3 == missing(app)
    fill(home, *trained(pooling="conv"))
    assert 0 == missing(app.run())


@pytest.mark.parametrize("page", COMPARING)
def test_a_diverged_run_is_named_with_what_helps(home, page):
    run = a_run(pooling="conv", lr=5.0)
    fill(home, replace(run, status=Status.DIVERGED, test_accuracy=None, predictions=b""))
    (said,) = messages(opened(page, pooling="conv", head="gap", seeds="1", lr="5"))
    assert "learning rate 5" in said
    assert "Lower the rate" in said


# shift


def test_shift_offers_the_maps_that_are_missing_and_shows_them_when_they_are_there():
    app = opened(SHIFT, head="gap", seeds="2", shift_border="circular")
    assert "is not computed yet" in title(app)
    assert "2 maps are not computed" in text(app)
    app.button(key="compute_maps").click().run(timeout=60)
    assert [] == messages(app)
    assert title(app).startswith("One pixel changes ")
    assert 3 == len(figures(app))
    assert "compute_maps" not in keys(app)


def shift_page_of(home, **flat):
    """What the page says about a network whose map under circular shifts is computed."""
    experiment = Experiment.from_flat(
        {"pooling": "aps", "head": "gap", "padding": "circular"} | flat
    )
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    weights = safetensors.torch.save(model.state_dict())
    store = RunStore(home / "runs.db")
    store.put(replace(a_run(), experiment=experiment, weights=weights))
    request = MapRequest(experiment, ShiftSettings.of(experiment.input_shape, circular=True))
    found = consistency(Network.of(experiment, weights), request.how)
    store.put_analysis(request.key, request.kind, request.settings, found.to_json().encode())
    link = {name: str(value) for name, value in experiment.to_flat().items() if name in flat}
    fixed = {"pooling": "aps", "head": "gap", "padding": "circular", "seeds": "1"}
    app = opened(SHIFT, shift_border="circular", **fixed, **link)
    assert [] == messages(app)
    assert f"Stay: **{100 * found.mean_same():.1f} %**" in text(app)
    return text(app), found


def test_shift_promises_what_theory_gives_an_aps_network(home):
    said, found = shift_page_of(home)
    assert 1.0 == found.mean_same()
    assert "Exact by theory: 100 %." in said


@pytest.mark.parametrize(
    "window", [{"pool_size": 3}, {"pool_size": 3, "pool_stride": 3, "pools": 1}]
)
def test_shift_promises_nothing_where_windows_do_not_tile_the_map(home, window):
    said, found = shift_page_of(home, **window)
    assert found.mean_same() < 1
    assert "by theory" not in said


# cost


@pytest.mark.parametrize("pooling", ["max", "aps"])
def test_cost_counts_no_more_pixels_of_a_wrapped_field_than_there_are(home, pooling):
    flat = {"pooling": pooling, "head": "gap", "padding": "circular"}
    experiment = Experiment.from_flat(flat)
    model = build_model(experiment.model, experiment.input_shape, experiment.classes)
    weights = safetensors.torch.save(model.state_dict())
    store = RunStore(home / "runs.db")
    store.put(replace(a_run(), experiment=experiment, weights=weights))
    request = SightRequest(experiment)
    found = as_text(sight(Network.of(experiment, weights)))
    store.put_analysis(request.key, request.kind, request.settings, found.encode())
    app = opened(COST, field="effective", seeds="1", **flat)
    assert [] == messages(app)
    (counted,) = re.findall(r"come from (\d+) of the (\d+) pixels", text(app))
    assert int(counted[0]) <= int(counted[1]) == 64


def test_cost_computes_the_effective_field_of_a_trained_network():
    app = opened(COST, field="effective", head="gap", seeds="2")
    assert "One field is not computed" in text(app)
    app.button(key="compute_field").click().run(timeout=60)
    assert [] == messages(app)
    assert "Nine tenths of its gradient come from" in text(app)


def test_cost_measures_time_when_it_is_asked_to():
    app = opened(COST, ledger="measured time, ms", head="gap")
    app.button(key="measure_times").click().run(timeout=60)
    assert [] == messages(app)
    assert "forward + backward, each layer by itself" in text(app)
    tables = [table.value for table in app.dataframe if "layer" in table.value]
    assert any("whole step" in list(table["layer"]) for table in tables)


# claims


@pytest.mark.usefixtures("whole_gallery")
def test_a_claim_is_opened_from_its_tile_and_left_again():
    app = opened(CLAIMS_PAGE)
    assert 20 == sum(key.startswith("open ") for key in keys(app))
    app.button(key="open gradient-routing").click().run()
    assert "gradient-routing" in app.query_params["claim"]
    assert title(app).startswith("“Average pooling passes")
    next(button for button in app.button if button.label == "All claims").click().run()
    assert "things said about pooling" in title(app)


@pytest.mark.usefixtures("whole_gallery")
def test_every_claim_opens_and_leads_to_the_next():
    app = opened(CLAIMS_PAGE, claim=next(iter(CLAIMS)))
    for claim in CLAIMS.values():
        assert [] == messages(app), claim.id
        assert claim.test in text(app)
        assert claim.expected in text(app)
        next(button for button in app.button if button.label == "Next").click().run()
    assert next(iter(CLAIMS.values())).test in text(app)


@pytest.mark.usefixtures("whole_gallery")
def test_a_prediction_comes_before_the_reveal():
    app = opened(CLAIMS_PAGE, claim="max-keeps-edges", predict="true")
    assert "is pooled in 2 × 2 windows" not in text(app)
    app.session_state["guess max-keeps-edges"] = "Depends"
    app.run()
    assert "You predicted: depends, rightly" in text(app)
    assert "is pooled in 2 × 2 windows" in text(app)


def test_an_unknown_claim_is_said_to_be_unknown():
    app = opened(CLAIMS_PAGE, claim="nonsense`")
    assert "There is no claim `nonsense" in text(app)
    assert 20 == sum(key.startswith("open ") for key in keys(app))


def test_kinds_are_filtered():
    app = opened(CLAIMS_PAGE, kind="exact")
    assert 9 == sum(key.startswith("open ") for key in keys(app))


@pytest.mark.usefixtures("no_gallery")
def test_without_any_run_a_claim_says_what_is_missing():
    app = opened(CLAIMS_PAGE, claim="pooling-can-underfit")
    assert [] == messages(app)
    assert "runs missing" in text(app)
    assert "train_missing" in keys(app)
    app = opened(CLAIMS_PAGE, claim="output-size")
    app.button(key="compute_claim").click().run(timeout=60)
    assert "Right for all 525 pairs" in text(app)


# by hand


def test_by_hand_says_who_gets_the_gradient():
    app = opened(BY_HAND, pooling=["max", "average"])
    assert [] == messages(app)
    assert title(app).startswith(":color[●]")
    assert "}\u00a0Max sends gradient to 4 of 16 cells, " in title(app)
    assert "}\u00a0average to all 16." in title(app)
    assert 3 == len(figures(app))


def test_by_hand_names_every_operator_by_how_many_cells_it_reaches():
    app = opened(BY_HAND, pooling=["average", "max", "soft"])
    words = [part.partition("}")[2] for part in title(app).split(":color")]
    assert ["", "\u00a0Max sends gradient to 4 of 16 cells, ", "\u00a0average and "] == words[:3]
    assert ["\u00a0soft to all 16."] == words[3:]


@pytest.mark.parametrize("grid", ["patch", "digit", "line", "edge", "own", "upload"])
@pytest.mark.parametrize(
    "more", [{}, {"invert": "true"}, {"hand_padding": "2"}, {"one_output": "true"}]
)
def test_by_hand_takes_every_grid(grid, more):
    app = opened(BY_HAND, grid=grid, pooling=["max", "soft", "strided", "none"], **more)
    assert [] == messages(app)
    assert title(app)


def test_by_hand_shows_every_operator_that_it_is_asked_for():
    app = opened(BY_HAND, pooling=[str(name) for name in POOLINGS], show_all="true")
    assert [] == messages(app)


def test_by_hand_has_nothing_to_show_for_strided_alone():
    app = opened(BY_HAND, pooling="strided")
    assert "nothing is pooled" in text(app)


# features


def test_features_shows_the_answers_of_the_bundled_networks():
    app = opened(FEATURES, image="17")
    assert [] == messages(app)
    assert "All networks say 0." == title(app)
    assert "labelled “0”" in text(app)
    assert 4 == text(app).count("% sure")


def test_features_goes_to_the_next_image_on_which_the_networks_disagree():
    app = opened(FEATURES, head="gap")
    app.button(key="next_disagreement").click().run()
    assert [] == messages(app)
    assert title(app).startswith("The networks disagree: ")
    first = app.number_input(key="image").value
    app.button(key="next_disagreement").click().run()
    assert app.number_input(key="image").value != first


def test_features_shows_other_layers_and_methods():
    app = opened(FEATURES, pooling=["max", "average"], head="gap", winners="true")
    app.pills(key="layer").set_value("block2.relu").run()
    assert "after block2.relu" in text(app)
    for method in ("CAM", "saliency", "occlusion"):
        app.segmented_control(key="method").set_value(method).run()
        assert [] == messages(app)


def test_cam_is_explained_where_it_means_nothing():
    app = opened(FEATURES, head="flatten", method="CAM")
    assert "CAM needs a GAP head." in text(app)


def test_history_lists_a_diverged_run_without_accuracy(home):
    run = a_run(pooling="conv", lr=5.0)
    fill(home, replace(run, status=Status.DIVERGED, test_accuracy=None, predictions=b""))
    app = opened(HISTORY)
    assert [] == messages(app)
    (row,) = app.dataframe[0].value.query("source == 'here'").to_dict("records")
    assert "diverged" == row["status"]
    assert math.isnan(row["test %"])


# controls


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
    before = title(app), figures(app)
    app.segmented_control(key="head").set_value("flatten").run()
    assert [] == messages(app)
    assert before[0] != title(app)
    assert fewer == len(figures(app))
    assert before[1] != figures(app)
    assert 0 == missing(app)


def test_shapes_are_shown_with_their_size_and_difficulty():
    app = opened(TRAIN, dataset="shapes", image_size="64", difficulty="hard")
    assert "hard shapes, 64 × 64" in text(app)


def test_a_folder_that_is_not_there_is_one_sentence():
    app = opened(TRAIN, dataset="folder:/no/such/folder")
    assert ["/no/such/folder: there is no such folder"] == messages(app)


def test_a_rarer_head_is_added_to_the_comparison():
    app = opened(TRAIN)
    app.pills(key="more_heads").set_value(["gmp"]).run()
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


@pytest.mark.parametrize("page", COMPARING)
def test_a_comparison_whose_maps_all_shrink_away_is_refused_in_a_sentence(page):
    (said,) = messages(opened(page, widths="4,4,4,4"))
    assert said.startswith("Block4.pool: its map is 1 x 1")


# what cannot be used


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


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("dataset", "imagenet", "digits, shapes"),
        ("pooling", "banana", "max, average, "),
        ("head", "banana", "gap, flatten, both"),
        ("dropout", "everywhere", "none, input, "),
        ("seeds", "abc", "1 to 20"),
        ("seeds", "99", "1 to 20"),
        ("seeds", "2.5", "1 to 20"),
        ("epochs", "0", "1 to 1000"),
        ("lr", "nan", "1e-06 to 10"),
        ("reference", "banana", "max, average, "),
    ],
)
def test_a_link_that_asks_for_the_impossible_is_answered(name, value, allowed):
    app = opened(HISTORY, **{name: value})
    assert [] == messages(app)
    (said,) = [line for line in text(app).splitlines() if line.startswith("Left out of the link:")]
    assert f"{name} `{value}` (allowed: {allowed}" in said


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


# training


@dataclass
class StandIn:
    """An engine that notes what it is asked for and trains nothing."""

    submitted: list[tuple[Experiment, ...]] = field(default_factory=list)
    listed: tuple[Job, ...] = ()
    forgotten: int = 0
    cancelled: int = 0

    @property
    def active(self) -> bool:
        return any(not job.state.ended for job in self.listed)

    def jobs(self) -> tuple[Job, ...]:
        return self.listed

    def submit(self, experiments: tuple[Experiment, ...], *, with_weights: bool = False) -> None:
        assert not with_weights
        self.submitted.append(experiments)
        self.listed += tuple(Job(experiment=each) for each in experiments)

    def cancel(self) -> None:
        self.cancelled += 1
        self.listed = tuple(replace(job, state=JobState.CANCELLED) for job in self.listed)

    def forget_ended(self) -> None:
        self.forgotten += 1
        self.listed = tuple(job for job in self.listed if not job.state.ended)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    engine = StandIn()
    for place in ("core.engine", "pages.shared.jobs"):
        monkeypatch.setattr(f"{place}.shared_engine", lambda: engine)
    return engine


@pytest.mark.parametrize("page", COMPARING)
def test_the_button_asks_for_exactly_the_missing_runs(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    assert [] == messages(app)
    (asked,) = engine.submitted
    assert [("conv", "gap", 0), ("conv", "gap", 1)] == [
        (each.model.pooling, each.model.head, each.seed) for each in asked
    ]


def test_reruns_while_training_submit_nothing_twice(engine):
    app = opened(TRAIN, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    for _ in range(10):
        app.run()
    assert 1 == len(engine.submitted)


@pytest.mark.parametrize("page", COMPARING)
def test_while_training_there_is_progress_and_no_second_train_button(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    first, second = engine.listed
    engine.listed = replace(first, state=JobState.RUNNING, epoch=3), second
    app.run()
    assert [] == messages(app)
    assert {"cancel_training"} <= keys(app)
    assert not {"train_missing"} & keys(app)
    assert f"3 / {first.epochs}" in str(app.dataframe[0].value)


@pytest.mark.parametrize("page", COMPARING)
def test_cancel_reaches_the_engine_and_offers_the_runs_again(engine, page):
    app = opened(page, pooling=["max", "conv"], head="gap", seeds="2")
    app.button(key="train_missing").click().run()
    app.button(key="cancel_training").click().run()
    assert 1 == engine.cancelled
    assert 2 == missing(app)
    assert not {"cancel_training"} & keys(app)


def test_a_failure_is_told_once_per_cause(engine):
    failed = [Job(experiment=Experiment(seed=s), state=JobState.FAILED) for s in range(3)]
    engine.listed = (
        replace(failed[0], cause="the disk is full"),
        replace(failed[1], cause="the disk is full"),
        replace(failed[2], cause="the worker died"),
    )
    app = opened(TRAIN)
    assert ["2 runs failed: the disk is full", "1 run failed: the worker died"] == messages(app)


def test_a_new_training_forgets_the_failures_of_the_last(engine):
    engine.listed = (Job(experiment=Experiment(), state=JobState.FAILED, cause="out of luck"),)
    app = opened(TRAIN, pooling=["conv"], head="gap", seeds="1")
    assert 1 == len(messages(app))
    app.button(key="train_missing").click().run()
    assert [] == messages(app)
    assert 1 == len(engine.listed)


def test_a_broken_page_would_be_noticed(monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("pages.shared.controls.comparison", broken)
    with pytest.raises(AssertionError):
        messages(opened(HOME))


@pytest.mark.parametrize("side", [4, 6, 8])
def test_own_numbers_come_in_three_sizes(side):
    app = opened(BY_HAND, grid="own", own_side=str(side), pooling="max")
    assert [] == messages(app)
    assert f"A {side} × {side} grid" in text(app)


def test_an_upload_becomes_a_grid_of_shades():
    app = opened(BY_HAND, grid="upload", pooling=["max", "average"])
    assert "Until you choose one, the grid is empty" in text(app)
    content = io.BytesIO()
    Image.new("L", (40, 30), 255).save(content, "PNG")
    app.get("file_uploader")[0].upload("white.png", content.getvalue(), "image/png").run()
    assert [] == messages(app)
    assert "Output 16, 16, 16, 16, …" in text(app)


def test_an_upload_that_is_no_picture_is_refused_in_a_sentence():
    app = opened(BY_HAND, grid="upload", pooling="max")
    app.get("file_uploader")[0].upload("a.png", b"no picture", "image/png").run()
    (said,) = messages(app)
    assert "no picture" in said or "not" in said


# sharing


def test_the_link_to_share_writes_every_control_out():
    app = opened(ACCURACY, pooling=["max", "conv"], head="gap", seeds="7", lr="0.05")
    assert [] == list(app.code)
    app.button(key="share").click().run()
    (address,) = [code.value for code in app.code]
    shared = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert {"pooling": ["max", "conv"], "head": ["gap"], "seeds": ["7"], "lr": ["0.05"]} == {
        name: shared[name] for name in ("pooling", "head", "seeds", "lr")
    }
    # what is at its default too, so that another default changes nothing
    assert ["16,32"] == shared["widths"]
    assert ["1"] == shared["v"]
    again = opened(ACCURACY, **shared)
    assert title(again) == title(app)
    assert "Left out of the link" not in text(again)


def test_a_link_of_another_version_is_read_with_a_remark():
    app = opened(ACCURACY, v="2", head="gap")
    assert "version `2` of the link (this Poolscope reads version 1)" in text(app)


# talk


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


# hosted


@pytest.fixture
def hosted(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_MODE", "hosted")
    yield
    st.set_option("client.showErrorDetails", "full")


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize("page", PAGES)
def test_a_hosted_page_opens(page):
    app = opened(page)
    assert [] == messages(app)
    assert title(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_see_no_folder_of_the_server(monkeypatch):
    def looked(*_):
        raise AssertionError("somebody looked at the disk")

    monkeypatch.setattr("core.config.sections.look", looked)
    app = opened(ACCURACY, dataset="folder:/etc")
    assert "Left out of the link: dataset `folder:/etc`" in text(app)
    assert "folder:PATH" not in text(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_neither_delete_nor_import(home):
    fill(home, a_run())
    app = opened(HISTORY)
    assert not {"delete", "open_import"} & keys(app)


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"dataset": "mnist", "seeds": "1"}, "digits and shapes only"),
        ({"epochs": "900", "seeds": "1"}, "20 epochs at most"),
        ({"seeds": "20", "widths": "4,8"}, "40 at once"),
    ],
)
def test_strangers_train_within_bounds(link, said):
    app = opened(ACCURACY, **link)
    assert app.button(key="train_missing").disabled
    assert said in text(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_see_their_place_until_their_own_runs_have_begun(engine):
    others, mine = (
        tuple(Job(experiment=Experiment.from_flat({"pooling": p, "seed": s})) for s in range(2))
        for p in ("soft", "conv")
    )
    engine.listed = others + mine
    app = opened(ACCURACY, head="gap", seeds="2")
    app.session_state["asked"] = frozenset(job.key for job in mine)
    assert "2 runs before yours" in text(app.run())
    engine.listed = others[0], replace(others[1], state=JobState.RUNNING), *mine
    assert "1 run before yours" in text(app.run())
    engine.listed = others[0], replace(mine[0], state=JobState.RUNNING), mine[1]
    said = text(app.run())
    assert "before yours" not in said
    assert "yours is next" not in said


def test_a_page_is_drawn_again_when_its_own_runs_are_there_and_others_wait(engine):
    others, mine = (
        tuple(Job(experiment=Experiment.from_flat({"pooling": p, "seed": s})) for s in range(2))
        for p in ("soft", "conv")
    )
    engine.listed = others + mine
    app = opened(ACCURACY, head="gap", seeds="2")
    app.session_state["asked"] = frozenset(job.key for job in mine)
    app.run()
    assert (True, True) == app.session_state["was_training"]
    # what the fragment sees when it runs by itself, and then the page
    engine.listed = others + tuple(replace(job, state=JobState.DONE) for job in mine)
    app.run()
    assert (True, False) == app.session_state["was_training"]


@pytest.mark.usefixtures("hosted")
def test_training_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("POOLSCOPE_TRAINING", "false")
    app = opened(ACCURACY, widths="4,8", seeds="1")
    assert app.button(key="train_missing").disabled
    assert "Training is switched off" in text(app)


@pytest.mark.usefixtures("hosted")
def test_strangers_read_no_details_of_an_error(home, monkeypatch):
    (home / "gallery.db").parent.mkdir(parents=True, exist_ok=True)
    (home / "gallery.db").write_text("not a gallery")
    monkeypatch.setenv("POOLSCOPE_GALLERY", str(home / "gallery.db"))
    (said,) = messages(opened(ACCURACY))
    assert str(home) not in said
    assert "try again in a moment" in said
