"""A few weeks of the simulated world, held once for all page tests."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from flights.archive import Archive
from flights.pull import plan_pull, run_pull
from flights.sources import open_source

FIRST, LAST = date(2050, 9, 26), date(2050, 10, 21)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archive of the days `FIRST` to `LAST` of the simulated world."""
    root = tmp_path_factory.mktemp("weeks")
    archive = Archive(root)
    run_pull(plan_pull(open_source("simulated"), archive, FIRST, LAST), archive)
    return root


@pytest.fixture
def open_page(weeks: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the app on that archive, at an address or on another page."""
    monkeypatch.setenv("FLIGHTS_ARCHIVE", str(weeks))

    def open_it(query: dict[str, str] | None = None, page: str = "study") -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in (query or {}).items():
            app.query_params[name] = value
        if page != "study":
            app.switch_page(f"analysis/views/{page}.py")
        return app.run()

    return open_it


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """No page sees what another test's archive gave."""
    st.cache_data.clear()
    st.cache_resource.clear()
