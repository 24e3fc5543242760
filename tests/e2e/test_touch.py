"""Can the networks on Features be touched, drawn on and shared, all in the browser?"""

import re
import tomllib
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.e2e.dashboard import ROOT

pytestmark = pytest.mark.e2e

TWO = "/features?dataset=digits&pooling=max&pooling=average&head=gap&seeds=1&image=0"
FORMULA = ".touch .one .formula"
HEAT = ".touch .stack canvas + canvas"
POOL = ".touch .map[data-line='0'][data-layer='block1.pool']"


def _numbers(text):
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", text)]


def _open(visitor, link=TWO):
    """Follow a link, and wait for the networks; the images come from another process."""
    visitor.page.goto(f"{visitor.url}{link}")
    expect(visitor.page.locator(".touch .one").first).to_be_visible(timeout=90_000)


def _press(page, selector, across, down):
    """Press a place of an element, in shares of its sides."""
    target = page.locator(selector)
    box = target.bounding_box()
    target.click(position={"x": across * box["width"], "y": down * box["height"]})


def _stroke(page):
    box = page.locator(".touch .surface").bounding_box()
    across = box["x"] + 0.1 * box["width"], box["x"] + 0.8 * box["width"]
    middle = box["y"] + 0.5 * box["height"]
    page.mouse.move(across[0], middle)
    page.mouse.down()
    page.mouse.move(across[1], middle, steps=8)
    page.mouse.up()


def quiet(page, sent):
    """Wait until the page has sent nothing for a second."""
    count = -1
    while count != len(sent):
        count = len(sent)
        page.wait_for_timeout(1000)


def test_one_press_shows_the_four_numbers_of_which_max_takes_the_largest(visitor):
    _open(visitor)
    page = visitor.page
    _press(page, POOL, 0.6, 0.6)
    expect(page.locator(FORMULA).first).to_have_text(re.compile(r"^max\(.+, .+, .+, .+\) = "))
    *four, result = _numbers(page.locator(FORMULA).first.inner_text())
    assert 4 == len(four)
    assert max(four) == result
    expect(page.locator(".touch .one").first).to_contain_text("Max takes the largest.")
    expect(page.locator(".touch .one").last).to_contain_text("Average takes the mean.")
    expect(page.locator(".touch .frame.here")).to_have_count(2)
    expect(page.locator(".touch .map .frame.window")).to_have_count(2)
    expect(page.locator(".touch .spoken")).to_contain_text("Max takes the largest".lower())


def test_two_presses_show_nine_weights_times_nine_numbers(visitor):
    _open(visitor)
    _press(visitor.page, ".touch .map[data-line='1'][data-layer='block1.conv']", 0.4, 0.4)
    first = visitor.page.locator(".touch .one").first
    expect(first).to_contain_text("9 weights times 9 numbers, added up, plus a bias")
    expect(first.locator(".block .number")).to_have_count(18)


def _scene():
    """Number of the scene of the talk that shows the networks."""
    scenes = tomllib.loads((ROOT / "assets" / "talk.toml").read_text(encoding="utf-8"))["scenes"]
    return 1 + next(i for i, scene in enumerate(scenes) if scene["page"] == "features")


CONVOLUTION = ".touch .map[data-line='0'][data-layer='block1.conv']"
SCREENS = {
    "1440": ((1440, 900), TWO),
    "talk": ((1280, 720), f"/?view=talk&scene={_scene()}"),
    "390": ((390, 844), TWO),
}
WAYS = {
    "pointer": lambda page, layer: page.locator(layer).click(),
    "finger": lambda page, layer: page.locator(layer).tap(),
    # the cell begins in the first pool, two layers after the convolution
    "keyboard": lambda page, layer: [
        page.locator(".touch .picture").press(key)
        for key in (["Enter"] if layer == POOL else ["Shift+ArrowLeft"] * 2)
    ],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_newcomer_reaches_four_numbers_and_nine_products_in_three_actions(
    browser, server, screen, way
):
    (width, height), link = SCREENS[screen]
    with closing(
        browser.new_context(viewport={"width": width, "height": height}, has_touch=way == "finger")
    ) as context:
        page = context.new_page()
        page.goto(f"{server.url}{link}")
        first = page.locator(".touch .one").first
        expect(first).to_be_visible(timeout=90_000)
        WAYS[way](page, POOL)
        expect(page.locator(FORMULA).first).to_have_text(re.compile(r"^max\(.+, .+, .+, .+\) = "))
        *four, result = _numbers(page.locator(FORMULA).first.inner_text())
        assert (4, result) == (len(four), max(four))
        expect(first).to_contain_text("Max takes the largest.")
        expect(page.locator(".touch .where")).to_contain_text("Held")
        WAYS[way](page, CONVOLUTION)
        expect(first).to_contain_text("9 weights times 9 numbers, added up, plus a bias")
        expect(first.locator(".block .number")).to_have_count(18)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if screen == "talk":
            # nobody can scroll there
            expect(page.locator(FORMULA).first).to_be_in_viewport(ratio=1)


def test_the_networks_follow_the_pen_and_nothing_is_sent(visitor):
    sent = []

    def note(frame):
        sent.append(frame)

    visitor.page.on("websocket", lambda socket: socket.on("framesent", note))
    _open(visitor)
    page = visitor.page
    answers = page.locator(".touch .answer")
    expect(answers.first).to_have_text(re.compile("^says "))
    before = answers.all_inner_texts()
    quiet(page, sent)
    sent.clear()
    _stroke(page)
    expect(answers.first).to_have_text(re.compile("^(stays|flips to) "))
    assert before != answers.all_inner_texts()
    page.wait_for_timeout(500)
    assert [] == sent
    page.get_by_role("button", name="Reset").click()
    expect(answers.first).to_have_text(before[0])


def test_the_picture_moves_by_keyboard(visitor):
    _open(visitor)
    page = visitor.page
    page.locator(".touch .surface").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".touch .side")).to_contain_text("moved 1 down, 1 right")


def test_cells_and_layers_are_reached_by_keyboard(visitor):
    _open(visitor)
    page = visitor.page
    where = page.locator(".touch .lens h4")
    page.locator(".touch .picture").focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    expect(where).to_have_text(re.compile("^block 1, pool, channel .+, row 1, column 1$"))
    page.keyboard.press("ArrowRight")
    expect(where).to_have_text(re.compile(", row 1, column 2$"))
    page.keyboard.press("Shift+ArrowLeft")
    expect(where).to_have_text(re.compile("^block 1, relu, "))
    page.keyboard.press("Enter")
    expect(page.locator(".touch .where")).to_contain_text("Held")
    page.keyboard.press("Escape")
    expect(page.locator(".touch .where")).to_have_text("")


def test_a_link_opens_what_was_held_and_seen(visitor):
    _open(visitor)
    page = visitor.page
    _press(page, POOL, 0.6, 0.6)
    page.get_by_role("button", name="gradient").click()
    page.wait_for_url(re.compile(r"cell=block1\.pool.*seen=gradient"))
    where = page.locator(".touch .lens h4").inner_text()
    formula = page.locator(FORMULA).first.inner_text()
    assert where.endswith("row 3, column 3")
    _open(visitor, page.url.removeprefix(visitor.url))
    expect(page.locator(".touch .lens h4")).to_have_text(where)
    expect(page.locator(FORMULA).first).to_have_text(formula)
    expect(page.locator(".touch .one").first).to_contain_text("the score for")
    # a control of the page leaves it as it is
    page.get_by_role("spinbutton", name="Test image").fill("5")
    page.get_by_role("spinbutton", name="Test image").press("Enter")
    expect(page.locator(FORMULA).first).not_to_have_text(formula)
    expect(page.locator(".touch .lens h4")).to_have_text(where)
    page.wait_for_url(re.compile(r"image=5.*cell=block1\.pool|cell=block1\.pool.*image=5"))


def _explained(page):
    """What is said of each network."""
    return page.locator(".touch .why .words")


def _explain(page, method):
    page.get_by_role("group", name="What is explained").get_by_text(method, exact=True).click()


def _heat(page):
    """The pixels of the map over each image."""
    return page.eval_on_selector_all(HEAT, "all => all.map((one) => one.toDataURL())")


def test_the_score_of_any_class_is_explained_and_follows_the_pen(visitor):
    _open(visitor)
    page = visitor.page
    button = page.get_by_role("button", name="Grad-CAM", exact=True)
    # by keyboard
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(_explained(page)).to_have_count(2)
    expect(_explained(page).first).to_contain_text("After block 2 pool: largest at row")
    expect(
        page.locator(".touch .stack canvas[aria-label^='Grad-CAM, Max + GAP, for']")
    ).to_have_count(1)
    expect(page.locator(".touch .spoken")).to_contain_text("After block 2 pool: largest")
    before = _heat(page)
    assert 2 == len(set(before))
    _stroke(page)
    page.wait_for_function(
        "([map, before]) => document.querySelector(map).toDataURL() !== before",
        arg=[HEAT, before[0]],
    )
    page.get_by_role("button", name="Reset").click()
    # why not 4?
    page.get_by_label("Class", exact=True).select_option("4")
    expect(page.locator(".touch .why header b").first).to_have_text("for 4")
    expect(_explained(page).first).to_contain_text("Grad-CAM is zero everywhere")
    page.get_by_label("Layer of Grad-CAM").select_option("the touched layer")
    expect(page.locator(".touch .lens h4")).to_contain_text("after block 1 pool")
    page.wait_for_url(re.compile(r"method=Grad-CAM.*of_layer=touched"))
    _explain(page, "this number")
    expect(page.locator(FORMULA).first).to_be_visible()


def test_every_method_explains_or_says_why_it_cannot(visitor):
    link = "/features?dataset=digits&pooling=max&head=both&seeds=1&image=0&method=CAM"
    _open(visitor, link)
    page = visitor.page
    expect(_explained(page)).to_have_text(
        [
            re.compile("^Largest at row"),
            re.compile("^CAM needs a GAP head .+ the head is flatten.$"),
        ]
    )
    _explain(page, "saliency")
    expect(_explained(page)).to_have_text([re.compile("^Largest at row .+ of 8.×.8: ")] * 2)
    _explain(page, "occlusion")
    expect(_explained(page)).to_have_text([re.compile("argest at row .+ of 8.×.8: ")] * 2)
    page.wait_for_url(re.compile("method=occlusion"))


def test_a_finger_touches_cells_on_a_phone(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{server.url}{TWO}")
    expect(page.locator(".touch .one").first).to_be_visible(timeout=90_000)
    page.locator(POOL).scroll_into_view_if_needed()
    page.locator(POOL).tap(position={"x": 5, "y": 5})
    expect(page.locator(".touch .lens h4")).to_have_text(re.compile(", row 1, column 1$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_without_the_engine_the_page_says_so_and_shows_the_sheets(visitor):
    visitor.page.route("**/browser/**", lambda route: route.abort())
    visitor.page.goto(f"{visitor.url}{TWO}")
    said = visitor.page.get_by_text("This browser cannot show networks that can be touched")
    expect(said).to_be_visible(timeout=90_000)
    expect(visitor.page.get_by_text("Feature maps", exact=True)).to_be_visible()


def test_weights_that_are_not_there_are_not_found(server):
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{server.url}/weights/nothing")  # noqa: S310 (http)


def test_the_image_is_disturbed_by_keyboard_and_drawn_on_as_it_is_seen(visitor):
    _open(visitor)
    page = visitor.page
    caption, seen = page.locator(".touch .side .note"), page.locator(".touch .surface canvas")
    look = "one => one.toDataURL()"
    start = seen.evaluate(look)
    page.locator(".touch .disturb summary").press("Enter")
    turning = page.get_by_role("slider", name="Rotation")
    for _ in range(3):
        turning.press("ArrowRight")
    expect(caption).to_contain_text("rotation 3°")
    page.get_by_role("slider", name="Noise").press("End")
    expect(caption).to_contain_text("rotation 3°, noise 50 % of white")
    expect(page.locator(".touch .answer").first).to_have_text(re.compile("^(stays|flips to) "))
    page.get_by_role("slider", name="Noise").press("Escape")
    expect(turning).to_be_hidden()
    # what a stroke is drawn on stays as it is seen
    noisy = seen.evaluate(look)
    page.locator(".touch .surface").press("ArrowRight")
    expect(caption).to_contain_text("moved 1 right")
    page.locator(".touch .surface").press("ArrowLeft")
    assert start != noisy != seen.evaluate(look)
    page.get_by_role("button", name="Reset").click()
    assert start == seen.evaluate(look)
    expect(page.locator(".touch .disturb input").first).to_have_value("0")
