"""The flight inspector in a real browser: from the table, from the map, from its own address."""

import math
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.drawing.maps.places_on_map import fit_view
from flights import CONTENTS_SENTENCE
from flights.reference.airports import load_airports

STUDY = (
    "/?source=simulated&first=2050-01-01&last=2050-12-31&origin=country%3ACN"
    "&destination=country%3ALU&events=2050-10-06+A+fair"
)
LOST = "/flight?source=simulated&icao24=d5029f&around=2050-10-07T12%3A00&region=country%3AIR"
"""XQA26 of the simulated world: left ZHCC, was lost over Turkmenistan, heard again on its way."""
STORY = "p.brief"
PATIENCE_MS = 240_000
ALLOWED = {"svg-img-alt", "target-size"}
"""Streamlit's own: icons without names, the parts of a date field."""


@pytest.fixture(scope="module", autouse=True)
def _world(browser: Browser, app_url: str) -> None:
    """The first visit makes the simulated world."""
    page = browser.new_page(base_url=app_url)
    page.goto("/")
    expect(page.locator("section.verdict")).to_be_visible(timeout=PATIENCE_MS)
    page.close()


def _settle(page: Page) -> None:
    expect(page.locator('[data-testid="stApp"][data-test-script-state="running"]')).to_have_count(0)


def _open_study(page: Page, address: str = STUDY) -> None:
    page.goto(address)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first).to_be_visible()
    _settle(page)


def _open_flight(page: Page) -> str:
    page.goto(LOST)
    expect(page.locator(STORY)).to_be_visible()
    expect(page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg")).to_be_visible()
    _settle(page)
    return page.locator(STORY).inner_text()


def test_row_opens_the_inspector_and_its_own_page_restores_it(page: Page) -> None:
    _open_study(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 56 + 35)  # the second: its origin is lost
    expect(page.locator(STORY)).to_contain_text("First heard")
    expect(page.locator(STORY)).to_contain_text("China")
    expect(page.get_by_test_id("stDeckGlJsonChart")).to_have_count(2)
    _settle(page)
    said = page.locator(STORY).inner_text()
    page.get_by_role("link", name="Open this flight on its own page").click()
    expect(page).to_have_url(re.compile(r"/flight\?"))
    expect(page.get_by_role("heading", name="Flight", exact=True)).to_be_visible()
    expect(page.locator(STORY)).to_have_text(said)
    _settle(page)
    assert {"source", "icao24", "around", "region"} <= set(parse_qs(urlsplit(page.url).query))
    page.reload()
    expect(page.locator(STORY)).to_have_text(said)


def test_click_on_the_map_lists_the_flights_behind_it(page: Page) -> None:
    _open_study(page, "/")
    canvas = page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(4_000)  # the layers are drawn after the canvas is there
    box = canvas.bounding_box()
    assert box is not None
    x, y = _place_of("EHAM", ("HKJK", "EHAM"), (box["width"], box["height"]))
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.wait_for_timeout(80)
    page.mouse.up()
    choice = page.get_by_role("radio", name=re.compile("On the map, EHAM"))
    expect(choice).to_be_checked()


def _place_of(code: str, ends: tuple[str, str], size: tuple[float, float]) -> tuple[float, float]:
    """Pixels of an airport in a map whose view holds two of them."""
    spots = load_airports().loc[list(ends), ["longitude", "latitude"]].to_numpy(float)
    view = fit_view([tuple(each) for each in spots])
    place = load_airports().loc[code]
    scale = 512 * 2**view.zoom

    def project(longitude: float, latitude: float) -> tuple[float, float]:
        high = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
        return scale * longitude / 360, -scale * high / (2 * math.pi)

    here = project(place["longitude"], place["latitude"])
    middle = project(view.longitude, view.latitude)
    return size[0] / 2 + here[0] - middle[0], size[1] / 2 + here[1] - middle[1]


def test_chain_is_walked_with_the_keyboard(page: Page) -> None:
    said = _open_flight(page)
    page.locator(".st-key-chain").get_by_role("button").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(STORY)).not_to_have_text(said)
    _settle(page)
    page.go_back()
    expect(page.locator(STORY)).to_have_text(said)


def test_page_carries_the_sentence_and_simulated_and_opens_its_facts(page: Page) -> None:
    _open_flight(page)
    expect(page.get_by_text(CONTENTS_SENTENCE).first).to_be_visible()
    expect(page.get_by_text("SIMULATED · made-up flights")).to_be_visible()
    assert "SIMULATED" in page.get_by_test_id("stVegaLiteChart").inner_text()
    page.get_by_text("All data of this flight").click()
    facts = page.locator("table.facts")
    expect(facts).to_be_visible()
    expect(facts.get_by_role("row", name="callsign XQA26")).to_be_visible()
    expect(page.get_by_role("link", name="adsb.lol")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_of_ours(page: Page, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    _open_flight(page)
    page.get_by_text("All data of this flight").click()
    expect(page.locator("table.facts")).to_be_visible()
    report = Axe().run(page).response
    assert len(report["passes"]) > 20
    serious = {
        each["id"]: [node["html"][:200] for node in each["nodes"]]
        for each in report["violations"]
        if each["impact"] in ("serious", "critical") and each["id"] not in ALLOWED
    }
    assert serious == {}


def test_narrow_screens_scroll_down_and_never_sideways(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 420, "height": 900}, base_url=app_url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    _open_flight(page)
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    for part in (STORY, ".st-key-chain", '[data-testid="stVegaLiteChart"] svg'):
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 421, part
    map_box = page.get_by_test_id("stDeckGlJsonChart").first.bounding_box()
    chain_box = page.locator(".st-key-chain").bounding_box()
    story_box = page.locator(STORY).bounding_box()
    assert map_box and chain_box and story_box
    assert story_box["y"] < map_box["y"] < chain_box["y"]
    context.close()
