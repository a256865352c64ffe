"""A flight's story in sentences: what was heard, what nobody heard, and what that leaves open."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from flights.explain import DESCENDING_FPM, ENDS, Gap, Story
from flights.explanations import explain_end, write_height, write_place, write_span
from flights.gaps import HORIZON_S, longest_stay_s
from flights.reference.airports import load_airports
from flights.regions.base import Region

NAMED = 3
"""Likeliest airports that a sentence names."""


def tell_story_in_words(story: Story, region: Region | None = None) -> list[str]:
    """The story in sentences, in the order of the flight; `region` is asked about by name."""
    flight = story.flight
    lines = [_open(flight), *_tell_known_ends(flight)]
    for gap in story.gaps:
        lines += tell_gap(gap, flight, region)
    lines += _tell_witnesses(story)
    return lines


def _open(flight: pd.Series) -> str:
    name = flight["callsign"] if pd.notna(flight["callsign"]) else "without a callsign"
    what = ", ".join(
        str(flight[n]) for n in ("registration", "typecode", "model") if pd.notna(flight[n])
    )
    heard = f"heard {write_moment(flight['firstseen'])} to {write_moment(flight['lastseen'])}"
    return f"{name}, {flight['icao24']}{f' ({what})' if what else ''}: {heard}."


def write_moment(moment: pd.Timestamp) -> str:
    """A time as people read it.

    >>> write_moment(pd.Timestamp("2026-02-28 09:22:48", tz="UTC"))
    '28 Feb 2026 09:22 UTC'
    """
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def _tell_known_ends(flight: pd.Series) -> Iterator[str]:
    for end in ENDS:
        if flight[f"{end}_evidence"] != "lost":
            yield explain_end(flight.to_dict(), end, "")


def tell_gap(gap: Gap, flight: pd.Series, region: Region | None = None) -> list[str]:
    """The unheard stretch beside one end."""
    lines = [_tell_edge(gap, flight), gap.silence.sentence, _tell_neighbour(gap)]
    if gap.days_missing:
        days = ", ".join(str(day) for day in gap.days_missing)
        lines.append(
            f"Not complete in this archive: {days}. It may have been heard then and not be here."
        )
    lines.append(_tell_candidates(gap))
    if region is not None:
        lines.append(_tell_region(gap, region))
    return lines


def _tell_edge(gap: Gap, flight: pd.Series) -> str:
    edge = ENDS[gap.end]
    verb, moment = ("First", "firstseen") if gap.end == "origin" else ("Last", "lastseen")
    height = write_height(flight[f"{edge}_altitude_ft"])
    place = write_place(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    moving = ""
    if np.isfinite(gap.trend.climb_fpm):
        descending = gap.trend.climb_fpm <= DESCENDING_FPM
        climbing = gap.trend.climb_fpm >= -DESCENDING_FPM
        moving = ", descending" if descending else ", climbing" if climbing else ", level"
    return f"{verb} heard {write_moment(flight[moment])} {height} {place}{moving}."


def _tell_neighbour(gap: Gap) -> str:
    if gap.neighbour is None:
        side = "before" if gap.end == "origin" else "after"
        return f"This archive holds no record of it in the {HORIZON_S // 3600} h {side}."
    spent = write_span(float(gap.stretch.back_at[0] - gap.stretch.left_at[0]))
    if gap.end == "destination":
        where = _name_end(gap.neighbour, "origin")
        return f"Heard again {spent} later{f', leaving {where}' if where else ', in the air'}."
    where = _name_end(gap.neighbour, "destination")
    return f"Heard {spent} before{f', arriving at {where}' if where else ', in the air'}."


def _name_end(flight: pd.Series, end: str) -> str:
    code = flight[end]
    if pd.isna(code) or flight[f"{end}_evidence"] == "lost":
        return ""
    fields = load_airports()
    return f"{code} ({fields['name'][code]})" if code in fields.index else str(code)


def _tell_candidates(gap: Gap) -> str:
    found = gap.candidates
    if found.empty:
        return "A landing in between fits in nowhere: it flew on unheard."
    best = found.iloc[0]
    named = f"{best['code']} ({best['name']}, {best['country']})"
    away = f"{best['away_km']:,.0f} km away{_stay(best['stay_s'])}"
    if len(found) == 1:
        return f"A landing in between fits in at one airport only: {named}, {away}."
    count = f"{len(found):,} airports in {found['country'].nunique()} countries"
    others = ", ".join(found["code"][1:NAMED])
    return (
        f"A landing in between fits in at {count}; most like its last movement is {named}, "
        f"{away}, then {others}."
    )


def _stay(seconds: float) -> str:
    return f", with at most {write_span(seconds)} on the ground" if np.isfinite(seconds) else ""


def _tell_region(gap: Gap, region: Region) -> str:
    fields = load_airports().reindex(sorted(region.airports())).dropna(subset=["latitude"])
    places = fields["latitude"].to_numpy(float), fields["longitude"].to_numpy(float)
    longest = float(longest_stay_s(gap.stretch, *places)[0])
    fitting = gap.candidates["code"].isin(region.airports()).sum()
    if np.isnan(longest):
        return f"{region.label}: in range, so a landing there cannot be excluded."
    if fitting:
        return (
            f"{region.label}: a landing at {fitting:,} of its airports cannot be excluded; it "
            f"would have left at most {write_span(longest)} on the ground."
        )
    if not np.isfinite(longest):
        return f"{region.label}: excluded, it is out of range."
    short = f"{write_span(-longest)} short of" if longest < 0 else "too short for"
    return f"{region.label}: excluded, the time is {short} a landing there."


def _tell_witnesses(story: Story) -> Iterator[str]:
    others = story.chain.witnesses[story.at]
    if len(others):
        names = ", ".join(sorted(set(others["source"])))
        yield f"Also heard by {names}: one flight with more than one witness."
    yield from story.chain.disagreements[story.at]
