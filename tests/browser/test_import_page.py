"""A table of one's own, from the file to a question, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROWS = (
    "Flight;Reg;From;To;Departure\n"
    "CLX7304;LX-VCA;LUX;PVG;2025-06-01 12:00\n"
    "CLX7306;LX-VCB;LUX;PVG;2025-06-02 12:00\n"
    "<script>alert(1)</script>;LX-VCC;LUX;PVG;2025-06-02 13:00\n"
    "CLX7308;LX-VCD;Luxembourg;PVG;2025-06-03 12:00\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "Seen from my window.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_uploaded_table_becomes_a_source_to_ask(page: Page, table: Path, tmp_path: Path) -> None:
    page.goto("/data")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(table)
    expect(page.get_by_role("combobox", name="Time of departure")).to_have_value("Departure")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value(
        "seen-from-my-window"
    )
    page.get_by_role("button", name="Check the whole table").click()
    expect(page.get_by_text("4 rows read: 3 flights on 2 days")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Rejected rows with reasons").click()
    waiting.value.save_as(tmp_path / "rejected.csv")
    assert "with an unknown airport code" in (tmp_path / "rejected.csv").read_text("utf-8")
    page.get_by_test_id("stRadio").get_by_text("Yes", exact=True).click()
    expect(page.get_by_text("From", exact=True)).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    said = page.get_by_text(re.compile("has 3 flights on 2 days, 2 of them complete"))
    expect(said).to_be_visible()
    page.get_by_role("button", name="Ask a question about this table").click()
    expect(page.locator("section.verdict")).to_be_visible()
    assert "table.seen-from-my-window" in page.url
