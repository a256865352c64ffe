"""The Data page in a real browser: a study's lack, a form filled in, a pull to its end."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

STUDY = (
    "/?source=readsb&first=2025-01-06&last=2025-06-26&origin=country:CN"
    "&destination=airport:ELLX&events=2025-06-13"
)


def _settle(page: Page) -> None:
    """Wait until the app runs no script."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="running"]')).to_have_count(0)


def _open_plan(page: Page) -> None:
    """The Data page, come from a study whose source holds nothing yet."""
    page.goto(STUDY)
    # The very first visit of all makes the simulated world, and asks for nothing else meanwhile.
    page.get_by_role("button", name="Get data").click()
    expect(page.get_by_text("Data missing for the current study")).to_be_visible()
    _settle(page)


def test_way_fills_in_the_form_and_the_price_is_told_or_the_account_it_needs(page: Page) -> None:
    _open_plan(page)
    expect(page.get_by_text("A verdict needs about 172 complete days")).to_be_visible()
    card = page.get_by_test_id("stVerticalBlock").filter(has_text="OpenSky REST interface: Lux")
    card.get_by_role("button", name="Fill in the form").first.click()
    expect(page.get_by_role("textbox", name="Regions")).to_have_value("airport:ELLX")
    page.get_by_role("button", name="Show the cost").click()
    told = re.compile("OPENSKY_CLIENT_ID|172 days to read")
    expect(page.get_by_text(told).first).to_be_visible()


def test_pull_is_priced_started_and_seen_in_the_calendar(page: Page) -> None:
    page.goto("/data")
    box = page.get_by_role("combobox", name="Source")
    box.click()
    box.fill("as readsb heatmaps")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The archive has no day of")).to_be_visible()
    for label in ("First day (optional)", "Last day (optional)"):
        field = page.get_by_test_id("stDateInput").filter(has_text=label)
        field.get_by_role("spinbutton").first.click()
        page.keyboard.type("20501003")
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Show the cost").click()
    expect(page.get_by_text("1 day to read")).to_be_visible()
    expect(page.get_by_text("Before the first pull of")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("1 day from 3 Oct 2050 to 3 Oct 2050: 1 complete")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plan_fits_narrow_screens_and_axe_finds_nothing_of_ours(
    browser: Browser, app_url: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": 420, "height": 900},
        base_url=app_url,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.set_default_timeout(240_000)
    _open_plan(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    found = Axe().run(page).response["violations"]
    serious = {
        each["id"]: [node["html"][:200] for node in each["nodes"]]
        for each in found
        if each["impact"] in ("serious", "critical")
        and each["id"] not in ("svg-img-alt", "target-size")
    }
    assert serious == {}
    context.close()
