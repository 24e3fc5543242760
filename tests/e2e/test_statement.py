"""Can the statement for experts be read on one screen, with the headline and the first figure?"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
def test_size_evidence_and_recipes_are_read_without_scrolling(visitor, width, height):
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.open("/accuracy?pooling=max&pooling=average&head=gap&seeds=10")
    expect(visitor.headline).to_contain_text(re.compile("max is ahead of .*average by 2.4 points"))
    said = visitor.page.get_by_text(re.compile("on images like these \\(10"))
    expect(said).to_have_text(
        re.compile(
            r"Max is ahead of .*average by 2\.4 points \[\+1\.0, \+3\.7\] on images like these "
            r"\(10 seeds, 300 images\), in 24 of 48 recipes \(behind in 1\); most often with "
        )
    )
    # all of it, without scrolling, and the first figure begins below it
    for element in (visitor.headline, said):
        expect(element).to_be_in_viewport(ratio=1)
    expect(visitor.figures.first).to_be_in_viewport()
