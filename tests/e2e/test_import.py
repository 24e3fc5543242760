"""Are other people's runs imported, and is a file that is not a run store refused?"""

import pytest
from playwright.sync_api import expect

from core.store import RunStore, write_copy
from tests.bundled import GALLERY
from tests.e2e.dashboard import until
from tests.store.store_samples import a_trained_run

pytestmark = pytest.mark.e2e


def test_files_of_others_are_taken_in_and_a_broken_one_does_no_harm(visitor, server, tmp_path):
    theirs = RunStore(tmp_path / "theirs.db")
    run = a_trained_run(1, widths="5,7")
    theirs.put(run)
    write_copy(theirs, [run.key], tmp_path / "copy.db")
    (tmp_path / "broken.db").write_bytes(b"nothing of the kind")
    visitor.open("/history")
    visitor.page.get_by_role("button", name="Import").click()
    dialog = visitor.page.get_by_role("dialog")
    files = [tmp_path / "copy.db", tmp_path / "broken.db"]
    dialog.locator("input[type=file]").set_input_files(files)
    dialog.get_by_role("button", name="Import").click()
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()
    until(lambda: RunStore(server.home / "runs.db").get(run.key) == run)
    # closed again, the list has it
    visitor.page.keyboard.press("Escape")
    expect(visitor.headline).to_contain_text("trained here or imported")


def test_an_export_holds_every_run_of_every_page(visitor, server):
    visitor.open("/history?page=2")
    expect(visitor.page.get_by_text("Page 2 of ")).to_be_visible()
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("button", name="Export CSV").click()
    header, *lines = waiting.value.path().read_text().splitlines()
    stored = RunStore(server.home / "runs.db", GALLERY).summaries()
    assert len(stored) == len(lines)
    assert "key" in header.split(",")
