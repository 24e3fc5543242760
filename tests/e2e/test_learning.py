"""Can the training of networks be seen on Features, step by step, all in the browser?"""

import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from core.config import Experiment
from core.store import RunStore
from core.training import train
from tests.e2e.dashboard import Server, serving

pytestmark = pytest.mark.e2e

FLAT = {"dataset": "digits", "head": "gap", "epochs": 3, "train_size": 300, "lr": 0.05}
LINK = "/features?dataset=digits&head=gap&epochs=3&train_size=300&lr=0.05&seeds=1&image=0"
TWO, WITHOUT = f"{LINK}&pooling=max&pooling=average", f"{LINK}&pooling=max&pooling=none"
STEPS = (0, 1, 2, 4, 5, 10, 15)
"""that the slider has: 5 batches in each of 3 epochs"""
SLIDER, PLAY = ".touch .learning input", ".touch .learning .play"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard whose store has runs of a second, all but one with checkpoints."""
    folder = tmp_path_factory.mktemp("server")
    store = RunStore(folder / "home" / "runs.db")
    for pooling in ("max", "average", "none"):
        experiment = Experiment.from_flat({**FLAT, "pooling": pooling})
        store.put(train(experiment, checkpoints=pooling != "none"))
    with serving(folder) as server:
        yield server


def _open(visitor, link=TWO):
    visitor.page.goto(f"{visitor.url}{link}")
    expect(visitor.page.locator(SLIDER)).to_be_visible(timeout=90_000)


def _maps(page):
    """The pixels of every map that is shown."""
    return page.eval_on_selector_all(
        ".touch .map canvas, .touch .filters canvas", "all => all.map(one => one.toDataURL())"
    )


def _said(page):
    return page.locator(".touch .said b")


def test_maps_filters_and_answers_follow_the_slider_and_come_back(visitor):
    _open(visitor)
    page = visitor.page
    expect(_said(page)).to_have_text("End: step 15")
    end, answers = _maps(page), page.locator(".touch .answer").all_inner_texts()
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    expect(_said(page)).to_have_text("Step 0 of 15")
    expect(page.locator(".touch .answer").first).not_to_have_text(answers[0])
    start = _maps(page)
    assert all(before != after for before, after in zip(start, end, strict=True))
    page.keyboard.press("ArrowRight")
    expect(_said(page)).to_have_text("Step 1 of 15")
    page.keyboard.press("End")
    expect(_said(page)).to_have_text("End: step 15")
    expect(page.locator(".touch .answer").first).to_have_text(answers[0])
    assert end == _maps(page)


def test_the_words_say_the_step_the_answers_and_since_when_they_stay(visitor):
    _open(visitor)
    page = visitor.page
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(_said(page)).to_have_text("Step 4 of 15")
    words = r"^Step 4 of 15: Max \+ GAP says \d, Average \+ GAP says \d\.$"
    expect(page.locator(SLIDER)).to_have_attribute("aria-valuetext", re.compile(words))
    expect(page.locator(".touch .spoken")).to_have_text(re.compile(words))
    since = page.locator(".touch .since").first
    stays = r"says \d (from the start|from step \d+ on|only at the end)\."
    expect(since).to_have_text(re.compile(rf"Max \+ GAP {stays} ■ Average \+ GAP {stays}"))


def test_a_link_opens_a_step_and_loads_each_training_once(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    _open(visitor, f"{TWO}&step=4")
    page = visitor.page
    expect(_said(page)).to_have_text("Step 4 of 15")
    page.locator(SLIDER).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"step=5\b"))
    page.keyboard.press("End")
    page.wait_for_url(lambda url: "step=" not in url)
    assert 2 == len([url for url in asked if "/checkpoints/" in url])


def test_without_a_step_no_training_is_loaded(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    _open(visitor)
    visitor.page.wait_for_timeout(1000)
    assert [] == [url for url in asked if "/checkpoints/" in url]


def test_it_plays_to_the_end_and_pauses_where_it_is(visitor):
    _open(visitor)
    page = visitor.page
    page.locator(PLAY).click()
    expect(page.locator(PLAY)).to_have_text("Pause")
    expect(_said(page)).to_have_text(re.compile("^Step [124] of 15"))
    page.locator(SLIDER).focus()
    page.keyboard.press(" ")
    expect(page.locator(PLAY)).to_have_text("Play")
    here = _said(page).inner_text()
    page.wait_for_timeout(1500)
    assert here == _said(page).inner_text()
    page.keyboard.press(" ")
    expect(_said(page)).to_have_text("End: step 15")
    expect(page.locator(PLAY)).to_have_text("Play")


def test_a_network_without_checkpoints_stays_at_its_end_and_the_page_says_so(visitor):
    _open(visitor, WITHOUT)
    page = visitor.page
    bare = page.locator(".touch .answer").last
    answer = bare.inner_text()
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    expect(_said(page)).to_have_text("Step 0 of 15")
    since = page.locator(".touch .since").first
    expect(since).to_contain_text("None + GAP has no checkpoints and stays at its end.")
    assert answer == bare.inner_text()
    expect(page.get_by_text("No checkpoints of None + GAP.")).to_be_visible()
    expect(page.get_by_role("button", name="Train again")).to_be_enabled()


def test_a_training_that_cannot_be_loaded_stays_at_its_end(visitor):
    visitor.page.route("**/checkpoints/**", lambda route: route.fulfill(status=404))
    _open(visitor)
    page = visitor.page
    answers = page.locator(".touch .answer").all_inner_texts()
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    expect(_said(page)).to_have_text("Step 0 of 15")
    since = page.locator(".touch .since").first
    expect(since).to_have_text(re.compile("Max . GAP has no checkpoints and stays at its end"))
    assert answers == page.locator(".touch .answer").all_inner_texts()


def test_checkpoints_that_are_not_there_are_not_found(server):
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{server.url}/checkpoints/nothing")  # noqa: S310 (http)


@pytest.mark.parametrize(("motion", "plays"), [("no-preference", True), ("reduce", False)])
def test_a_link_plays_by_itself_unless_the_visitor_wants_less_motion(
    browser, server, motion, plays
):
    context = browser.new_context(reduced_motion=motion)
    page = context.new_page()
    page.goto(f"{server.url}{TWO}&play=true")
    expect(page.locator(SLIDER)).to_be_visible(timeout=90_000)
    if plays:
        expect(page.locator(PLAY)).to_have_text("Pause")
    else:
        page.wait_for_timeout(1500)
        expect(page.locator(PLAY)).to_have_text("Play")
        expect(_said(page)).to_have_text("End: step 15")
    context.close()


def test_the_slider_fits_a_phone(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{server.url}{TWO}&step=4")
    expect(page.locator(SLIDER)).to_be_visible(timeout=90_000)
    box = page.locator(SLIDER).bounding_box()
    assert box["width"] > 250
    page.locator(SLIDER).tap(position={"x": 3, "y": box["height"] / 2})
    expect(_said(page)).to_have_text("Step 0 of 15")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_a_page_that_is_left_while_it_plays_writes_nothing_into_the_next_ones_address(visitor):
    _open(visitor)
    page = visitor.page
    page.locator(PLAY).click()
    expect(page).to_have_url(re.compile("step="))
    visitor.go("Cost")
    page.wait_for_timeout(2000)
    assert "/cost" in page.url
    assert "step=" not in page.url
