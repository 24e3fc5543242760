"""Does a link show what it says, and do the controls write what they show into it?"""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from core.catalog import DATASETS
from tests.e2e.dashboard import has_torch

pytestmark = pytest.mark.e2e


def test_the_first_request_to_a_fresh_server_may_be_a_deep_link(enter, fresh_server):
    visitor = enter(fresh_server)
    link = "/accuracy?pooling=max&pooling=min&head=gap&seeds=13"
    visitor.open(link)
    expect(visitor.headline).to_be_visible()
    expect(visitor.page.get_by_text(re.compile("^Accuracy: "))).to_be_visible()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    expect(visitor.page.get_by_text("Page not found")).to_have_count(0)
    expect(visitor.chosen("Pooling")).to_have_text(["max", "min"])
    expect(visitor.segment("Head", "gap")).to_be_checked()
    expect(visitor.slider("Seeds")).to_have_value("13")
    expect(visitor.train_button).to_have_text(re.compile("Train the 6 missing runs"))
    assert fresh_server.url + link == visitor.page.url


def test_switching_a_strategy_on_names_its_missing_runs_and_changes_the_link(visitor):
    visitor.open("/accuracy?dropout=head")
    expect(visitor.figures).to_have_count(5)
    expect(visitor.train_button).to_have_count(0)
    visitor.pill("Pooling", "conv").click()
    expect(visitor.train_button).to_have_text(re.compile("Train the 10 missing runs"))
    visitor.expect_parameters(pooling=["max", "average", "conv"], dropout=["head"])
    visitor.pill("Pooling", "conv").click()
    expect(visitor.train_button).to_have_count(0)
    visitor.expect_parameters(dropout=["head"])


def test_the_head_changes_the_sentence_and_the_figures(visitor):
    visitor.open("/accuracy")
    expect(visitor.figures).to_have_count(7)
    before = visitor.headline.inner_text()
    visitor.segment("Head", "flatten").click()
    expect(visitor.figures).to_have_count(4)
    expect(visitor.headline).not_to_have_text(before)
    visitor.expect_parameters(head=["flatten"])


def test_a_link_restores_the_scene_for_somebody_else(enter, server):
    sender, receiver = enter(server), enter(server)
    sender.open("/accuracy")
    sender.pill("Pooling", "average").click()
    sender.pill("Pooling", "conv").click()
    sender.segment("Head", "flatten").click()
    sender.pill("Dropout", "head").click()
    sender.slider("Seeds").press("ArrowLeft")
    sender.expect_parameters(
        pooling=["max", "conv"], head=["flatten"], dropout=["none", "head"], seeds=["4"]
    )
    sender.settle()

    receiver.open(sender.page.url.removeprefix(server.url))
    expect(receiver.chosen("Pooling")).to_have_text(["max", "conv"])
    expect(receiver.segment("Head", "flatten")).to_be_checked()
    expect(receiver.chosen("Dropout")).to_have_text(["none", "head"])
    expect(receiver.slider("Seeds")).to_have_value("4")
    expect(receiver.headline).to_have_text(sender.headline.inner_text())
    assert sender.page.url == receiver.page.url


def test_a_link_that_asks_for_the_impossible_is_answered_in_a_sentence(visitor):
    visitor.open("/accuracy?pooling=banana&seeds=abc&dataset=imagenet")
    said = visitor.page.get_by_text("Left out of the link")
    expect(said).to_have_count(1)
    expect(said).to_contain_text(f"dataset imagenet (allowed: {', '.join(DATASETS)}, folder:PATH)")
    expect(said).to_contain_text("pooling banana (allowed: max, average, ")
    expect(said).to_contain_text("seeds abc (allowed: 1 to 20)")
    expect(visitor.figures).to_have_count(7)


def test_the_choice_goes_along_from_page_to_page_and_torch_stays_out_of_the_server(visitor, server):
    visitor.open("/?pooling=max&head=gap&seeds=4")
    expect(visitor.figures).to_have_count(1)
    for page, path in (("Accuracy", "accuracy"), ("Train", "train"), ("History", "history")):
        visitor.go(page)
        visitor.page.wait_for_url(lambda url, path=path: f"/{path}?" in url)
        visitor.settle()
        expect(visitor.headline).to_be_visible()
        if page == "History":
            visitor.page.get_by_text("Comparison, for the other pages").click()
        expect(visitor.slider("Seeds")).to_have_value("4")
        assert {"pooling": ["max"], "head": ["gap"], "seeds": ["4"]} == visitor.parameters
    assert not has_torch(server.process)


def test_a_folder_of_images_is_chosen_by_typing_its_path(visitor, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (10, 8, 8), dtype=np.uint8)
    for number, pixels in enumerate(noise):
        name = tmp_path / "pictures" / ("odd" if number % 2 else "even") / f"{number}.png"
        name.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(name)
    visitor.open("/train")
    box = visitor.page.get_by_role("combobox").first
    # the natural tries come first, and the box never stops accepting
    for attempt, said in (
        (f"{tmp_path}/picture", "No data set is called"),
        (f"folder:{tmp_path}/picture", "picture: there is no such folder"),
    ):
        box.fill(attempt)
        box.press("Enter")
        expect(visitor.page.get_by_text(said)).to_be_visible()
        expect(visitor.headline).to_be_visible()
    box.fill(str(tmp_path / "pictures"))
    box.press("Enter")
    expect(visitor.page.get_by_text("pictures, 32 × 32")).to_be_visible()
    assert [f"folder:{tmp_path / 'pictures'}"] == visitor.parameters["dataset"]
