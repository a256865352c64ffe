"""Colours must be told apart by everybody, on both grounds."""

import itertools

import numpy as np
import pytest

from analysis.drawing.palette import (
    DARK,
    LIGHT,
    OUTCOME_MARKS,
    STATUS_MARKS,
    Palette,
    style_verdict,
)
from analysis.study import VERDICTS
from analysis.study.numbers import HEADINGS
from flights.records.ledger import STATUSES

# Machado, Oliveira and Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
BOTH = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


def _linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _contrast(one: str, other: str) -> float:
    bright = sorted(float(_linear(c) @ (0.2126, 0.7152, 0.0722)) + 0.05 for c in (one, other))
    return bright[1] / bright[0]


def test_contrast_formula_gives_the_published_extremes() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
def test_text_colours_reach_wcag_aa(palette: Palette) -> None:
    for name in ("ink", "quiet", "event", "change", "still", "unsure"):
        assert _contrast(getattr(palette, name), palette.surface) >= 4.5, name


@BOTH
def test_marks_stand_out_from_the_ground(palette: Palette) -> None:
    for name in ("observed", "event"):
        assert _contrast(getattr(palette, name), palette.surface) >= 3, name
    assert _contrast(palette.missing, palette.surface) >= 2.8


@BOTH
@pytest.mark.parametrize(
    "seen", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["full", "deutan", "protan"]
)
def test_meanings_differ_for_colour_blind_eyes(palette: Palette, seen: np.ndarray) -> None:
    names = ("observed", "possible", "missing", "event")
    for one, other in itertools.combinations(names, 2):
        a, b = (seen @ _linear(getattr(palette, name)) for name in (one, other))
        assert np.linalg.norm(a - b) > 0.07, (one, other)


def test_every_verdict_status_and_outcome_has_its_mark() -> None:
    assert {style_verdict(kind).role for kind in VERDICTS} == {"change", "still", "unsure"}
    assert set(HEADINGS) == set(VERDICTS)
    assert set(STATUS_MARKS) == set(STATUSES)
    assert set(OUTCOME_MARKS) == {"passed", "failed", "not applicable"}


def test_unknown_verdict_is_refused() -> None:
    with pytest.raises(ValueError, match="surge"):
        style_verdict("surge")
