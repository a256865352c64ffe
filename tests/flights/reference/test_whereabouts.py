"""Positions in words."""

import pytest

from flights.reference.whereabouts import format_whereabouts


@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        (38.5, 57.3, "Turkmenistan"),
        (49.6, 6.2, "Luxembourg"),
        (51.3, 0.5, "the south-eastern United Kingdom"),
        (36.1, 50.1, "north-western Iran"),
        (0.0, -30.0, ""),
        (66.0, 179.9, "north-eastern Russia"),
    ],
)
def test_country_below_and_its_part(latitude: float, longitude: float, words: str) -> None:
    assert format_whereabouts(latitude, longitude) == words


def test_small_countries_have_no_parts() -> None:
    assert format_whereabouts(25.3, 51.2) == "Qatar"
