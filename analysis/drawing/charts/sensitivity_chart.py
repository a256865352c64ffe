"""Results of other windows and other adjustments, in grey, with the study's own."""

import math

import altair as alt

from analysis.drawing.captions import SIMULATED
from analysis.drawing.charts.interval_rows import (
    OBSERVED,
    UPPER,
    Entry,
    Ratio,
    describe_interval_sides,
    draw_entries,
    pair_bounds,
)
from analysis.drawing.charts.plotting import compose, make_result_title
from analysis.drawing.palette import choose_palette
from analysis.study import Effect, StudyResult

NEVER = "For comparison only. These rows give no verdict."
POWERS = ("not adjusted", "adjusted", "adjusted twice")
"""How the count is adjusted for what was heard: exposure to the power 0, 1, 2."""


def draw_sensitivity(
    result: StudyResult, *, dark: bool = False, width: int | None = None
) -> alt.LayerChart | None:
    """Ratios for every window and for exposure to the power 0, 1, 2; the study's own in bold.

    None if the study has no estimate.
    """
    entries = list_windows(result) + list_powers(result)
    if not entries:
        return None
    palette = choose_palette(dark)
    layers, height = draw_entries(entries, palette, simulated=result.simulated)
    return compose(
        layers,
        palette,
        title=make_result_title(
            result, "Observed ÷ expected flights, other windows and adjustments", NEVER
        ),
        words=describe_sensitivity(result),
        size=(height, width),
        independent_y="axis",
    )


def describe_sensitivity(result: StudyResult) -> str:
    """Text for readers who cannot see `draw_sensitivity`."""
    windows, powers = list_windows(result), list_powers(result)
    if not windows:
        return "There is no estimate to compare."
    made_up = f"{SIMULATED} data. " if result.simulated else ""
    return (
        f"{made_up}Ratio of observed to expected flights for other windows: {_list(windows)}. "
        f"For other adjustments to what the receivers heard: {_list(powers)}. "
        f"{describe_interval_sides(windows + powers)} {NEVER} {result.contents_sentence}"
    )


def list_windows(result: StudyResult) -> list[Entry]:
    """A row per window, shortest first."""
    if result.lower is None and result.upper is None:
        return []
    asked = int(result.study["window"])
    found = {asked: pair_bounds(result.lower, result.upper)}
    found |= {each.window: pair_bounds(each.lower, each.upper) for each in result.sensitivity}
    return [Entry(f"{w} days", found[w], is_asked=w == asked) for w in sorted(found)]


def list_powers(result: StudyResult) -> list[Entry]:
    """A row per power of exposure; with intervals if a check has them."""
    effects = ((OBSERVED, result.lower), (UPPER, result.upper))
    known = [(kind, effect) for kind, effect in effects if effect is not None]
    entries = []
    for power, label in enumerate(POWERS):
        ratios = tuple(_at_power(result, kind, effect, power) for kind, effect in known)
        same = len(ratios) == 2 and _is_same(*(effect for _, effect in known))
        entries.append(
            Entry(label, ratios[:1] if same else ratios, is_asked=power == 1, after_gap=power == 0)
        )
    return entries if known else []


def _is_same(lower: Effect, upper: Effect) -> bool:
    return (lower.n1, lower.n0, lower.rr) == (upper.n1, upper.n0, upper.rr)


def _at_power(result: StudyResult, kind: str, effect: Effect, power: int) -> Ratio:
    """The ratio with its interval: from the effect, else from the check's table."""
    if power == 1:
        return Ratio(kind, effect.rr, effect.lo, effect.hi)
    rr = effect.rr_by_power[power]
    for row in next((c.table for c in result.checks if c.name == "exposure_power"), ()):
        fits = row["exposure to the power"] == power and row["rr"] is not None
        if fits and math.isclose(row["rr"], rr, rel_tol=1e-9):
            return Ratio(kind, rr, row["lo"], row["hi"])
    return Ratio(kind, rr)


def _list(entries: list[Entry]) -> str:
    return "; ".join(
        entry.label
        + (" (this study) " if entry.is_asked else " ")
        + " and ".join(f"{ratio.format()} {ratio.kind}" for ratio in entry.ratios)
        for entry in entries
    )
