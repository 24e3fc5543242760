"""Does an image that is moved on Shift get the answers that PyTorch gives to the shifted image?"""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from core.analyses.trained import Network, images_of_test
from core.config import Experiment
from tests.bundled import bundled
from tests.inspection import prepared, respond

pytestmark = pytest.mark.e2e

REACH = 4
"""px, of the digits"""
LINK = "/shift?dataset=digits&pooling=max&pooling=average&head=gap&seeds=1&image=0&shift_reach=all"


@pytest.fixture
def moving(visitor):
    """The page, with the networks that answer."""

    def follow(link):
        visitor.page.goto(f"{visitor.url}{link}")
        # the images come from another process
        expect(visitor.page.locator(".walk .answer").first).to_be_visible(timeout=90_000)
        return visitor.page

    return follow


def answers(pooling, *, circular):
    """What PyTorch says of the first test image at every shift, by pixels down and right."""
    experiment = Experiment.from_flat({"pooling": pooling, "head": "gap"})
    network = Network.of(experiment, bundled().weights(experiment.key))
    data = images_of_test(experiment)
    image, label = data.images[0].numpy(), int(data.labels[0])
    # the digits are light on black
    wide = np.pad(image, ((0, 0), (REACH, REACH), (REACH, REACH)))
    _, height, width = image.shape
    said = {}
    for down in range(-REACH, REACH + 1):
        for right in range(-REACH, REACH + 1):
            top, left = REACH - down, REACH - right
            moved = (
                np.roll(image, (down, right), (1, 2))
                if circular
                else wide[:, top : top + height, left : left + width]
            )
            said[down, right] = respond(network, prepared(moved, data)).answer
    return said, label


@pytest.mark.parametrize("border", ["filled", "circular"])
def test_the_record_of_every_shift_is_what_torch_says(moving, border):
    page = moving(f"{LINK}&shift_border={border}")
    page.get_by_role("button", name="Try every shift").click()
    records = page.locator(".walk .record")
    for line, pooling in enumerate(("max", "average")):
        said, _ = answers(pooling, circular=border == "circular")
        stays = sum(answer == said[0, 0] for answer in said.values()) - 1
        expect(records.nth(line)).to_have_attribute(
            "aria-label", re.compile(rf"The answer stays at {stays} of {len(said) - 1} places\.")
        )


def test_arrow_keys_and_the_pointer_move_the_image_and_the_answers_follow(moving):
    page = moving(LINK)
    said, label = answers("max", circular=False)
    first = page.locator(".walk .answer").first
    expect(first).to_contain_text(f"says {said[0, 0]}")
    surface = page.locator(".walk .surface")
    surface.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator(".walk .note").first).to_contain_text("moved 2 down, 1 right")
    now = said[2, 1]
    mark = "✓" if now == label else "✗"
    verb = "stays" if now == said[0, 0] else "flips to"
    expect(first).to_contain_text(f"{verb} {now} {mark}")
    page.get_by_role("button", name="Back to start").click()
    expect(first).to_contain_text(f"says {said[0, 0]}")
    box = surface.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    # one pixel of the image is an eighth of its width
    page.mouse.move(box["x"] + 20 - box["width"] / 8, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator(".walk .note").first).to_contain_text("moved 1 left")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".walk .note").first).to_contain_text("moved 2 left")


def test_a_place_of_the_record_can_be_pressed(moving):
    page = moving(LINK)
    record = page.locator(".walk .record").first
    box = record.bounding_box()
    side = box["width"] / (2 * REACH + 1)
    record.click(position={"x": 0.5 * side, "y": box["height"] - 0.5 * side})
    expect(page.locator(".walk .note").first).to_contain_text("moved 4 down, 4 left")
