"""Do the cards below the touched networks show what the browser computes, and follow controls?"""

import re
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from core.analyses.trained import Network, images_of_test
from core.config import Experiment
from tests.bundled import bundled
from tests.e2e.dashboard import has_torch
from tests.inspection import exciting, prepared, respond, softened_accuracy

pytestmark = pytest.mark.e2e

TWO = "/features?dataset=digits&pooling=max&pooling=average&head=gap&seeds=1&image=0"
TEMPERATURES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, float("inf"))
FIRST_IMAGES = 90_000
"""ms until the images have come from another process, on a machine on which much else runs"""


def opened(pooling):
    experiment = Experiment.from_flat({"pooling": pooling, "head": "gap"})
    return Network.of(experiment, bundled().weights(experiment.key))


def card(page, name):
    """What the browser has put into a card, by the id of the card."""
    return page.locator(f"[class*='st-key-card-{name.replace(' ', '-')}'] .sheets")


def pixels(canvas):
    return canvas.evaluate("node => node.toDataURL()")


@pytest.fixture
def page(visitor):
    visitor.page.goto(f"{visitor.url}{TWO}")
    maps = visitor.page.get_by_role("img", name="Feature maps of block1.pool: Max + GAP")
    expect(maps).to_be_visible(timeout=FIRST_IMAGES)
    return visitor.page


def test_maps_show_each_networks_answer_with_its_mark(page):
    lines = card(page, "feature maps").locator(".line")
    expect(lines).to_have_count(2)
    for line, (pooling, label) in enumerate((("max", "Max"), ("average", "Average"))):
        network = opened(pooling)
        data = images_of_test(network.experiment)
        response = respond(network, prepared(data.images[0].numpy(), data))
        mark = "✓" if response.answer == int(data.labels[0]) else "✗"
        expect(lines.nth(line)).to_contain_text(f"{label} + GAP")
        expect(lines.nth(line)).to_contain_text("block1.pool, 16 × 4 × 4")
        expect(lines.nth(line)).to_contain_text(f"predicts {response.answer} {mark}")


def test_a_wrong_answer_has_a_cross(page):
    page.get_by_role("button", name="Next disagreement").click()
    predicted = card(page, "feature maps").get_by_text("✗")
    expect(predicted.first).to_be_visible()


def test_maps_follow_layer_winners_and_scale(page):
    maps = card(page, "feature maps")
    before = pixels(maps.locator("canvas").first)
    page.locator(".st-key-layer").get_by_text("block1.relu", exact=True).click()
    shown = page.get_by_role("img", name="Feature maps of block1.relu: Max + GAP")
    expect(shown).to_be_visible()
    expect(maps).to_contain_text("block1.relu, 16 × 8 × 8")
    plain = pixels(shown)
    assert before != plain
    page.get_by_text("Winners", exact=True).click()
    expect(maps).to_contain_text("Dots: passed on by max.")
    dotted = pixels(shown)
    assert plain != dotted
    other = page.get_by_role("img", name="Feature maps of block1.relu: Average + GAP")
    on_one_scale = pixels(other)
    page.get_by_text("One scale", exact=True).click()
    page.wait_for_function(
        "([node, before]) => node.toDataURL() != before || !node.isConnected",
        arg=[other.element_handle(), on_one_scale],
    )


def test_maps_and_the_input_follow_the_finger(page):
    maps, seen = card(page, "feature maps"), card(page, "input")
    before = pixels(maps.locator("canvas").first)
    surface = page.locator(".touch .surface")
    surface.press("ArrowRight")
    expect(seen).to_contain_text("changed by hand: moved 1 right")
    expect(maps).to_contain_text("changed by hand: moved 1 right")
    assert before != pixels(maps.locator("canvas").first)
    page.get_by_role("button", name="Reset").click()
    expect(maps).not_to_contain_text("changed by hand")
    assert before == pixels(maps.locator("canvas").first)


def test_patches_are_those_of_torch_and_follow_the_channel(page):
    network = opened("max")
    data = images_of_test(network.experiment)
    patches = card(page, "patches")
    patches.scroll_into_view_if_needed()
    parts = page.get_by_role("img", name="Patches of channel 1: Max + GAP")
    expect(parts.locator("canvas")).to_have_count(8)
    # what is equally strong stands in the order of the images
    for channel in (1, 4):
        page.get_by_role("spinbutton", name="Channel").fill(str(channel))
        page.get_by_role("spinbutton", name="Channel").press("Enter")
        found = exciting(network, "block1.pool", channel - 1, data)
        numbers = ", ".join(str(each.image) for each in found)
        expect(patches).to_contain_text(f"After block1.pool. Test images {numbers}")
    page.get_by_role("spinbutton", name="Channel").fill("99")
    page.get_by_role("spinbutton", name="Channel").press("Enter")
    expect(patches).to_contain_text("This network has no channel 99 after block1.pool.")


def test_filters_stand_on_one_scale(page):
    weights = [
        opened(name).model.get_submodule("block1.conv").weight for name in ("max", "average")
    ]
    largest = max(float(each.abs().max()) for each in weights)
    filters = card(page, "filters")
    expect(filters).to_contain_text(f"the largest weight is {largest:.2f}. The first 16 filters.")
    expect(page.get_by_role("img", name="Filters: Average + GAP")).to_be_visible()


def test_softened_pools_have_the_accuracies_of_torch(page):
    network = opened("max")
    expected = softened_accuracy(network, TEMPERATURES, images_of_test(network.experiment))
    table = page.get_by_role("table").filter(has_text="t = 0.5")
    table.scroll_into_view_if_needed()
    expect(card(page, "softened")).to_contain_text(
        re.compile(r"first 300 test images; the weights are those trained with max\.$")
    )
    cells = table.locator("tbody td").all_inner_texts()
    # an image whose classes are nearly tied may fall on either side
    for text, accuracy in zip(cells, expected.values(), strict=True):
        assert abs(float(text) - 100 * accuracy) <= 100 / 300 + 0.05
    assert f"{100 * expected[float('inf')]:.1f}" == cells[-1]


def test_on_a_telephone_nothing_sticks_out(page):
    page.set_viewport_size({"width": 390, "height": 844})
    table = page.get_by_role("table").filter(has_text="t = 0.5")
    table.scroll_into_view_if_needed()
    expect(table).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_where_the_engine_does_not_load_a_sentence_says_so(visitor):
    visitor.page.route("**/browser/sheets/worker.js", lambda route: route.abort())
    visitor.page.goto(f"{visitor.url}{TWO}")
    said = visitor.page.get_by_text("This browser cannot compute the maps of networks.")
    expect(said).to_be_visible(timeout=FIRST_IMAGES)


def test_images_that_have_gone_leave_the_rest_of_the_page_alive(visitor):
    visitor.page.route("**/images/*", lambda route: route.fulfill(status=404))
    visitor.page.goto(f"{visitor.url}{TWO}")
    patches = card(visitor.page, "patches")
    expect(patches).to_be_visible(timeout=FIRST_IMAGES)
    patches.scroll_into_view_if_needed()
    expect(patches).to_contain_text(re.compile(r"This could not be computed \(.*: 404\)\. Reload"))
    expect(card(visitor.page, "feature maps").locator("canvas")).to_have_count(2)


def test_images_may_be_kept_by_a_browser_and_others_are_not_found(page, server):
    with page.expect_response("**/images/*") as answer:
        card(page, "patches").scroll_into_view_if_needed()
    assert "max-age=86400" == answer.value.header_value("cache-control")
    # a class and 8 x 8 pixels of each
    assert 300 * (1 + 8 * 8) == len(answer.value.body())
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{server.url}/images/nothing")  # noqa: S310 (http)


def test_the_server_and_its_processes_have_no_torch(page, server):
    assert page.url
    family = [server.process, *server.process.children(recursive=True)]
    readers = [each for each in family[1:] if "spawn_main" in " ".join(each.cmdline())]
    assert readers
    assert [] == [each for each in (server.process, *readers) if has_torch(each)]
