"""What every source must fulfil. A new source is one module, one line in SOURCES, one test file.

A module of a source that is not listed, a line that is removed, and a source without a test file
of its own each fail here.
"""

import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import flights.sources
from flights import CONTENTS_SENTENCE
from flights.errors import CredentialsMissing, InvalidInput, NotCovered
from flights.sources import (
    SIMULATED_MARK,
    SOURCES,
    Offer,
    Option,
    SourceSpec,
    contents_note,
    find_source,
    find_spec,
    open_source,
)

HERE = Path(__file__).parent

TEST_FILES = {
    "flight-schedules": "flight_lists/test_flight_schedules.py",
    "adsblol": "adsblol/test_source_adsblol.py",
    "opdi": "flight_lists/test_opdi.py",
    "opensky-lists": "flight_lists/test_opensky_lists.py",
    "readsb": "test_readsb_archive.py",
    "opensky-rest": "opensky/rest/test_opensky_rest.py",
    "adsbx-samples": "adsbx/test_adsbx_samples.py",
    "opensky-trino": "opensky/trino/test_opensky_trino.py",
    "table": "own_table/test_source_table.py",
    "simulated": "simulated/test_source_simulated.py",
    "simulated-readsb": "simulated/test_source_simulated_readsb.py",
}
"""Key of a source -> its own test file."""

OPTIONS: dict[str, dict[str, str]] = {"opensky-rest": {"regions": "airport:ELLX"}}
"""Options without which a source cannot be opened; the others open without any."""

KINDS = {"path", "text", "regions", "choice", "flag"}
ACCOUNTS = {"", "free", "granted"}

each_source = pytest.mark.parametrize("key", SOURCES)
each_first_day = pytest.mark.parametrize(
    "key", [key for key in SOURCES if find_spec(key).first_day]
)
each_account = pytest.mark.parametrize("key", [key for key in SOURCES if find_spec(key).account])


@pytest.fixture(autouse=True)
def _without_accounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("OPENSKY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(flights.sources.__path__, "flights.sources."):
        yield importlib.import_module(found.name)


def _classes(module: ModuleType) -> list[type]:
    """Classes that a module defines and that have a spec."""
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and each.__module__ == module.__name__
        and isinstance(getattr(each, "spec", None), SourceSpec)
    ]


def test_listed_sources_are_all_modules_that_define_one() -> None:
    defining = {module.__name__ for module in _modules() if _classes(module)}
    assert defining == {f"flights.sources.{name}" for name in SOURCES.values()}


def test_no_module_is_listed_twice() -> None:
    assert len(set(SOURCES.values())) == len(SOURCES)


def test_every_source_has_a_test_file_of_its_own() -> None:
    assert TEST_FILES.keys() == SOURCES.keys()
    assert len(set(TEST_FILES.values())) == len(TEST_FILES)


@each_source
def test_test_file_exercises_the_source(key: str) -> None:
    text = (HERE / TEST_FILES[key]).read_text("utf-8")
    assert re.search(r"^def test_", text, re.MULTILINE)
    [defined] = _classes(find_source(key))
    name = f"flights.sources.{SOURCES[key]}"
    opened = f'open_source("{key}"' in text or f'find_spec("{key}"' in text
    assert f"from {name} import" in text and (defined.__name__ in text or opened or key in text)


@each_source
def test_module_has_one_class_and_its_key(key: str) -> None:
    module = find_source(key)
    [defined] = _classes(module)
    assert defined.spec.key == key == find_spec(key).key  # type: ignore[attr-defined]
    assert re.fullmatch("[a-z][a-z-]*[a-z]", key), "a dot separates the key from the scope"
    assert callable(module.open_source)


@each_source
def test_spec_is_complete(key: str) -> None:
    spec = find_spec(key)
    for name in ("title", "gives", "needs", "licence", "attribution", "terms", "area"):
        assert getattr(spec, name).strip(), f"{key} has no {name}"
    assert spec.cost_per_day and spec.known_holes
    assert all(hole.strip().endswith(".") for hole in spec.known_holes)
    assert not spec.scope, "only a series has a scope"


@each_source
def test_days_of_a_spec_are_in_order(key: str) -> None:
    spec = find_spec(key)
    assert spec.first_day or not (spec.remote or spec.simulated), "only files have their own days"
    assert (spec.first_day or date.min) <= (spec.last_day or date.max)


@each_source
def test_area_of_a_spec_is_on_earth(key: str) -> None:
    spec = find_spec(key)
    south, west, north, east = spec.box or (-90, -180, 90, 180)
    assert -90 <= south < north <= 90 and -180 <= west < east <= 180


@each_source
def test_figures_of_a_spec_fit_its_words(key: str) -> None:
    spec = find_spec(key)
    assert spec.account in ACCOUNTS
    assert ("account" in spec.needs) == bool(spec.account)
    assert spec.simulated or spec.cost or key == "table"
    if spec.cost and spec.remote:
        assert spec.cost.requests_per_day or spec.cost.file_months
    if spec.remote:
        assert spec.cannot_show and not spec.cannot_show.endswith(".")


def _default(option: inspect.Parameter) -> Any:
    return None if option.default in (inspect.Parameter.empty, False) else option.default


@each_source
def test_options_are_those_of_open_source_and_no_others(key: str) -> None:
    taken = inspect.signature(find_source(key).open_source).parameters
    options = {option.name: option for option in find_spec(key).options}
    assert taken.keys() == options.keys()
    for name, option in options.items():
        assert taken[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert option.required == (taken[name].default is inspect.Parameter.empty)
        if _default(taken[name]) is not None:
            assert option.default == _default(taken[name]), f"--{name} has two defaults"


@each_source
def test_options_can_be_shown(key: str) -> None:
    names = [option.name for option in find_spec(key).options]
    assert len(set(names)) == len(names)
    for option in find_spec(key).options:
        assert re.fullmatch("[a-z][a-z0-9_]*", option.name)
        assert option.kind in KINDS and option.help.endswith(".")
        assert (option.kind == "choice") == bool(option.choices)
        if option.kind == "choice" and option.default is not None:
            assert option.default in option.choices


@each_source
def test_unknown_option_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput, match="has no option --nonsense"):
        open_source(key, nonsense="1")


def _offers(key: str, first: date, last: date) -> list[Offer]:
    return open_source(key, **OPTIONS.get(key, {})).offers(first, last)


@each_first_day
def test_days_before_the_first_one_are_refused(key: str) -> None:
    begins = find_spec(key).first_day
    assert begins is not None
    day = begins - timedelta(days=400)
    try:
        found = _offers(key, day, day + timedelta(days=30))
    except NotCovered:
        return
    assert not found


@each_account
def test_missing_account_is_named_before_a_request(key: str) -> None:
    day = date(2025, 6, 13)
    with pytest.raises(CredentialsMissing, match="OPENSKY_"):
        _offers(key, day, day)


@each_source
def test_simulated_source_and_only_it_says_so(key: str) -> None:
    spec = find_spec(key)
    note = contents_note(spec)
    assert note.endswith(CONTENTS_SENTENCE)
    marked = [SIMULATED_MARK in text for text in (spec.title, spec.attribution, note)]
    assert marked == [spec.simulated] * 3
    assert spec.simulated == key.startswith("simulated")


def test_option_without_choices_is_text() -> None:
    assert Option("name", "what it is").kind == "text"
