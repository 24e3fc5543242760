"""Can a figure, a table, a network and a page be taken along, and are they what was shown?"""

import re
import runpy
from xml.etree import ElementTree as ET

import pytest
import safetensors.torch
import torch
from PIL import Image
from playwright.sync_api import expect

from core.catalog import PAGES, Page
from core.config import Experiment
from core.figures.report import report, results_of
from tests.bundled import bundled
from tests.e2e.screens import lasting

pytestmark = pytest.mark.e2e

COST = "/cost?dataset=digits&pooling=max&pooling=average&head=gap&seeds=5"
SVG = "{http://www.w3.org/2000/svg}"
A4 = 1123
"""px: the height of a sheet"""


def saved(visitor, button, folder):
    """The file that a button of the open menu gives."""
    with visitor.page.expect_download() as download:
        button.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.fixture
def menu(visitor):
    """The menu of the first figure of Cost."""
    visitor.open(COST)
    expect(visitor.figures.first).to_be_visible()
    visitor.page.get_by_role("button", name="Export").nth(1).click()
    body = visitor.page.get_by_test_id("stPopoverBody")
    expect(body.get_by_role("button", name="SVG")).to_be_visible()
    return body


def test_a_figure_is_saved_with_its_title_its_sentence_and_its_source(visitor, menu, tmp_path):
    path = saved(visitor, menu.get_by_role("button", name="SVG"), tmp_path)
    assert "parameters.svg" == path.name
    root = ET.parse(path).getroot()  # noqa: S314 (written by the test's own browser)
    assert f"{SVG}svg" == root.tag
    lines = {
        role: " ".join(text.text for text in root.findall(f"{SVG}text[@class='{role}']"))
        for role in ("title", "caption", "source")
    }
    assert "Where the parameters sit" == lines["title"]
    assert lines["caption"].startswith("Computed from the architecture")
    for part in ("digits, 8 × 8", "5 seeds each", "Poolscope", "dataset=digits", "v=1"):
        assert part in lines["source"]
    (drawn,) = root.findall(f"{SVG}svg")
    assert "5,130" in {"".join(text.itertext()) for text in drawn.iter(f"{SVG}text")}
    # the font goes along, so that the text is as wide as on the page
    assert "@font-face" in root.find(f"{SVG}style").text
    assert not re.search(r"(href|src)\s*[=:(]\s*[\"']?https?:", path.read_text(encoding="utf-8"))


def test_a_figure_is_saved_as_an_image_of_twice_its_size(visitor, menu, tmp_path):
    svg = saved(visitor, menu.get_by_role("button", name="SVG"), tmp_path)
    png = saved(visitor, menu.get_by_role("button", name="PNG"), tmp_path)
    root = ET.parse(svg).getroot()  # noqa: S314 (written by the test's own browser)
    with Image.open(png) as image:
        assert "PNG" == image.format
        assert image.size == tuple(round(2 * float(root.get(side))) for side in ("width", "height"))
        # bars are drawn, not just the ground
        assert len(image.convert("RGB").getcolors(2**20)) > 20


def test_a_table_is_saved_as_latex(visitor, menu, tmp_path):
    path = saved(visitor, menu.get_by_role("button", name="LaTeX"), tmp_path)
    assert "parameters.tex" == path.name
    text = path.read_text(encoding="utf-8")
    assert r"\begin{tabular}{lllr}" in text
    assert r"max & gap & head.logits & 330 \\" in text
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1
    assert r"\caption{Where the parameters sit." in text


def test_the_recommended_network_runs_with_its_weights(visitor, tmp_path):
    visitor.open(COST)
    page = visitor.page
    expect(page.get_by_text("Take ")).to_be_visible()
    code = saved(visitor, page.get_by_role("button", name="network.py").first, tmp_path)
    weights = saved(visitor, page.get_by_role("button", name="network.safetensors"), tmp_path)
    # the digits of scikit-learn are not needed: any image shows that the weights are those
    model = runpy.run_path(str(code))["network"]().eval()
    model.load_state_dict(safetensors.torch.load_file(weights))
    with torch.inference_mode():
        logits = model(torch.rand(5, 1, 8, 8, generator=torch.manual_seed(0)))
    assert (5, 10) == logits.shape
    assert logits.isfinite().all()
    assert logits.std(dim=1).min() > 0.1


def test_a_budget_is_in_the_link(visitor):
    visitor.open(COST)
    field = visitor.page.get_by_label("Most weights, kB", exact=True)
    field.fill("1")
    field.press("Enter")
    expect(visitor.page.get_by_text("No network meets this budget.")).to_be_visible()
    visitor.page.wait_for_url(lambda url: "budget_kilobytes=1" in url)
    visitor.page.reload()
    expect(visitor.page.get_by_text("No network meets this budget.")).to_be_visible()


@pytest.mark.parametrize("link", [COST, "/accuracy?dataset=digits", "/?dataset=digits"])
def test_no_card_is_cut_on_paper(visitor, link):
    visitor.open(link)
    expect(visitor.figures.first).to_be_visible()
    page = visitor.page
    page.set_viewport_size({"width": 1000, "height": 1000})
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Export").first).to_be_hidden()
    cards = page.locator("[class*='st-key-card-']").filter(visible=True)
    sizes = cards.evaluate_all(
        "cards => cards.map(c => [getComputedStyle(c).breakInside, c.offsetHeight])"
    )
    assert sizes
    assert {"avoid"} == {rule for rule, _ in sizes}
    assert max(height for _, height in sizes) < A4
    assert page.pdf(format="A4").startswith(b"%PDF")


BORDERED = """() => [...document.querySelectorAll("[data-testid=stMain] div")]
  .filter((box) => box.matches("[data-testid=stVerticalBlock], [data-testid=stGridCell]"))
  .filter((box) => box.checkVisibility() && getComputedStyle(box).borderTopWidth !== "0px")
  .map((box) => [getComputedStyle(box).breakInside, box.innerText.slice(0, 40)])"""


def cut(page):
    """What has a border and may be cut by the end of a sheet."""
    return {text for rule, text in page.evaluate(BORDERED) if rule != "avoid"}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_with_a_border_is_cut_on_paper(visitor, page):
    visitor.open("/" if page == Page.HOME else f"/{page}")
    visitor.page.emulate_media(media="print")
    # the style sheet comes anew with every run of the script
    assert set() == lasting(lambda: cut(visitor.page), set())


def test_a_claim_is_not_cut_on_paper(visitor):
    visitor.open("/claims?claim=pooling-raises-accuracy")
    visitor.page.emulate_media(media="print")
    assert len(visitor.page.evaluate(BORDERED)) > 4
    assert set() == lasting(lambda: cut(visitor.page), set())


CUT_OFF = """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap((figure) => {
  const { left, right } = figure.getBoundingClientRect();
  return [...figure.querySelectorAll("svg text")]
    .filter((text) => text.textContent.trim())
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.width && (box.left < left - 1 || box.right > right + 1);
    })
    .map((text) => text.textContent);
})"""


def test_no_text_of_a_report_is_cut_off(visitor, tmp_path):
    keys = [
        Experiment.from_flat({"pooling": pooling, "head": head, "seed": seed}).key
        for pooling in ("max", "average", "blur-max")
        for head in ("gap", "flatten")
        for seed in range(5)
    ]
    path = tmp_path / "report.html"
    path.write_text(report(results_of(bundled().runs(keys).values())), encoding="utf-8")
    visitor.page.goto(path.as_uri())
    expect(visitor.figures).to_have_count(6)
    expect(visitor.page.locator("svg text", has_text="test accuracy").last).to_be_visible()
    assert [] == visitor.page.evaluate(CUT_OFF)


def test_the_link_to_share_is_short_and_is_copied(visitor):
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open("/accuracy?dataset=digits&seeds=3")
    visitor.page.get_by_role("button", name="Share").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    copied = visitor.page.evaluate("() => navigator.clipboard.readText()")
    assert f"{visitor.url}/accuracy?seeds=3&dataset=digits&v=1" == copied
    # nobody else can open an address of this machine
    expect(dialog.get_by_role("img")).to_have_count(0)
