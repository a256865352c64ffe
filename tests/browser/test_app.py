"""The app in a real browser, from the first visit on."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from flights import CONTENTS_SENTENCE

VERDICT = "section.verdict"
SAID = f"{VERDICT} .said"


def _open(page: Page, address: str = "/") -> str:
    """Open the Study page, wait for everything on it; the verdict's text."""
    page.goto(address)
    expect(page.locator(VERDICT)).to_be_visible()
    expect(page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    _settle(page)
    return page.locator(VERDICT).inner_text()


def _settle(page: Page) -> None:
    """Wait until the app runs no script."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="running"]')).to_have_count(0)


def _choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name, exact=True).click()


@pytest.fixture
def changed(page: Page) -> Callable[[str], str]:
    """Wait until the verdict is another one than before."""

    def wait(before: str) -> str:
        expect(page.locator(SAID)).not_to_have_text(before)
        _settle(page)
        return page.locator(SAID).inner_text()

    return wait


def test_first_visit_ends_in_a_verdict_on_the_simulated_world(page: Page) -> None:
    verdict = _open(page)
    assert re.search(r"◆ CHANGE \(increase\)", verdict)
    assert CONTENTS_SENTENCE in verdict
    expect(page.get_by_text("SIMULATED · made-up flights")).to_be_visible()
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("svg")).to_be_visible()
    assert "SIMULATED" in chart.inner_text()
    size = [
        page.locator(each).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        for each in (SAID, ".contents >> nth=0", "h3 >> nth=0")
    ]
    assert size[0] == max(size)


def test_link_of_another_question_opens_the_same_view_elsewhere(
    page: Page, browser: Browser, changed: Callable[[str], str], app_url: str
) -> None:
    _open(page)
    before = page.locator(SAID).inner_text()
    _choose(page, "Origin", "Colombia")
    changed(before)
    verdict = page.locator(VERDICT).inner_text()
    assert parse_qs(urlsplit(page.url).query)["origin"] == ["country:CO"]
    page.get_by_role("button", name="Copy link").click()
    link = page.get_by_test_id("stCode").inner_text()
    assert link.startswith(app_url)
    other = browser.new_context().new_page()
    other.set_default_timeout(240_000)
    assert _open(other, link.strip()) == verdict
    expect(other.get_by_role("combobox", name="Origin")).to_have_value("Colombia")
    assert _query(other.url) == _query(page.url)
    other.context.close()


def _query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_back_returns_to_the_question_before(page: Page, changed: Callable[[str], str]) -> None:
    _open(page)
    first = page.locator(SAID).inner_text()
    _choose(page, "Origin", "Colombia")
    second = changed(first)
    page.go_back()
    assert changed(second) == first
    expect(page.get_by_role("combobox", name="Origin")).to_have_value("Kenya")


@pytest.mark.parametrize("address", ["/data", "/about"])
def test_other_pages_carry_the_sentence_and_simulated(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_text(CONTENTS_SENTENCE).first).to_be_visible()
    expect(page.get_by_text("SIMULATED · made-up flights")).to_be_visible()


def test_every_download_carries_the_sentence_and_simulated(page: Page, tmp_path: Path) -> None:
    _open(page)
    got = set()
    for label in ("Report", "Table", "Counts", "Chart", "Chart as SVG", "Map", "Study file"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label, exact=True).click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        got.add(path.suffix)
        assert path.name.startswith("simulated-")
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG")
            continue
        text = path.read_text("utf-8")
        assert "SIMULATED" in text, label
        assert all(half in text for half in CONTENTS_SENTENCE.rstrip(".").split(". ")), label
    assert got == {".html", ".csv", ".png", ".svg", ".toml"}


def test_a_flight_opens_from_its_row(page: Page) -> None:
    _open(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 56)
    expect(page.locator("p.brief")).to_contain_text("HKJK")
    expect(page.get_by_test_id("stDeckGlJsonChart")).to_have_count(2)


def test_narrow_screens_scroll_down_and_never_sideways(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 420, "height": 900}, base_url=app_url)
    page = context.new_page()
    page.set_default_timeout(240_000)
    _open(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    right = page.get_by_test_id("stVegaLiteChart").first.locator("svg").bounding_box()
    assert right is not None and right["x"] + right["width"] <= 421
    context.close()


def test_what_stands_behind_an_answer_opens_by_keyboard(page: Page) -> None:
    _open(page)
    page.get_by_role("tab", name="Who flies this route").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Weekday factors")).to_be_visible()
    expect(page.get_by_role("region", name="Without the largest day")).to_be_visible()
    page.get_by_role("button", name="These days as a table").press("Enter")
    expect(page.get_by_role("region", name="Flights per UTC day")).to_contain_text("1 Jan 2050")


ALLOWED = {"svg-img-alt", "target-size"}
"""Streamlit's own: icons without names, the parts of a date field."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_of_ours(page: Page, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    _open(page)
    report = Axe().run(page).response
    assert len(report["passes"]) > 20
    found = report["violations"]
    serious = {
        each["id"]: [node["html"][:200] for node in each["nodes"]]
        for each in found
        if each["impact"] in ("serious", "critical") and each["id"] not in ALLOWED
    }
    assert serious == {}
