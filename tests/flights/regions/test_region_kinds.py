"""Contract of every kind of region: the list is the modules, and each member goes through here."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from flights import regions
from flights.errors import InvalidInput
from flights.regions import KINDS, Region, parse_region

SHARED = {"__init__", "base", "union"}
MODULES = {path.stem for path in Path(regions.__file__).parent.glob("*.py")} - SHARED

# Kind of region -> an example and a text that is refused. A new kind needs a row.
EXAMPLES = {
    "country": ("country:LU", "country:Luxemburg!"),
    "airport": ("airport:ELLX", "airport:QQQQ"),
    "airports": ("airports:ELLX,EBLG", "airports:ELLX,QQQQ"),
    "circle": ("circle:49.6,6.2,80km", "circle:49.6,6.2"),
    "polygon": ("polygon:49 5,49 7,51 7", "polygon:49 5,49 7"),
    "world": ("world:", "world:everything"),
}


def test_the_listed_kinds_are_the_modules_and_each_has_an_example() -> None:
    listed = {parse.__module__.rpartition(".")[2] for parse in KINDS.values()}
    assert listed == MODULES
    assert len(KINDS) == len(MODULES)
    assert set(EXAMPLES) == set(KINDS)


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def region(kind: str) -> Region:
    return parse_region(EXAMPLES[kind][0])


def test_kind_restores_its_text_and_has_a_label(kind: str, region: Region) -> None:
    assert region.spec == EXAMPLES[kind][0]
    assert parse_region(region.spec) == region == pickle.loads(pickle.dumps(region))
    assert hash(parse_region(region.spec)) == hash(region)
    assert region.label.strip()


def test_kind_contains_luxembourg_and_no_unknown_position(region: Region) -> None:
    nan = np.nan
    inside = region.contains(np.array([49.62, nan, 49.62]), np.array([6.2, 6.2, nan]))
    assert inside.tolist() == [True, False, False]
    assert "ELLX" in region.airports()


def test_kind_has_a_valid_shape_on_the_map(region: Region) -> None:
    shape = region.shape()
    assert shape.is_valid
    assert not shape.is_empty
    west, south, east, north = shape.bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90


def test_kind_refuses_a_wrong_text_with_a_sentence(kind: str) -> None:
    with pytest.raises(InvalidInput, match=r"[.?]$"):
        parse_region(EXAMPLES[kind][1])
