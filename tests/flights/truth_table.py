"""Flights found in the simulated archive days, held against the truth beside them."""

import io
import tarfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from flights.legs import find_legs, join_days
from flights.readsb.heatmap import read_heatmap
from flights.readsb.traces import read_trace

SETS = {
    "mini, two days": (
        "ground_truth_globe_history_mini.csv",
        {
            date(2026, 2, 28): ("globe_history_mini_2026-02-28.tar",),
            date(2026, 3, 1): (
                "globe_history_mini_2026-03-01.tar.aa",
                "globe_history_mini_2026-03-01.tar.ab",
            ),
        },
    ),
    "mini, 10 s": (
        "ground_truth_globe_history_mini.csv",
        {date(2026, 2, 28): ("globe_history_mini10s_2026-02-28.tar",)},
    ),
    "134 aircraft": (
        "ground_truth_2026-02-28.csv",
        {
            date(2026, 2, 28): (
                "globe_history_2026-02-28.tar.aa",
                "globe_history_2026-02-28.tar.ab",
            )
        },
    ),
}
LEAST_HEARD = pd.Timedelta(minutes=2)
NEAR_END = pd.Timedelta(minutes=5)
CLOSE = pd.Timedelta(minutes=3)


def read_positions(folder: Path, names: tuple[str, ...], detail: str) -> np.ndarray:
    """All positions of one archive day, from its heatmaps or its traces."""
    whole = b"".join((folder / name).read_bytes() for name in names)
    mark, read = {
        "heatmaps": ("/heatmap/", read_heatmap),
        "traces": ("/trace_full_", read_trace),
    }[detail]
    parts = []
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        for member in tar:
            if mark in member.name and (file := tar.extractfile(member)):
                parts.append(read(file.read(), member.name).positions)
    positions = np.concatenate(parts)
    return positions[np.lexsort((positions["seen_at"], positions["icao24"]))]


def find_flights(folder: Path, name: str, detail: str) -> pd.DataFrame:
    """Flights of one set of days, joined over midnight."""
    days = [
        find_legs(read_positions(folder, names, detail), day=day, source="readsb")
        for day, names in SETS[name][1].items()
    ]
    flights = pd.concat([legs.flights for legs in days], ignore_index=True)
    return join_days(flights, pd.concat([legs.edges for legs in days], ignore_index=True))


def read_truth(folder: Path, name: str) -> pd.DataFrame:
    """True flights of which the archive days hold at least `LEAST_HEARD` in the air.

    `start` and `stop`: first and last moment heard in the air inside the archive days.
    `origin_observable`: take-off inside the days, and either the airport's ground was
    received or the aircraft was heard in the air within `NEAR_END` of it (likewise
    `destination_observable`). `origin_close`: the same within `CLOSE`, for the times.
    """
    file, days = SETS[name]
    truth = pd.read_csv(folder / file, dtype=str)
    for column in ("first_air_seen", "last_air_seen"):
        said = truth["extra"].str.extract(rf"{column}=([^;]*)")[0]
        truth[column] = pd.to_datetime(said.replace("", None), utc=True)
    for column in ("takeoff", "landing"):
        truth[column] = pd.to_datetime(truth[column], utc=True)
    begin = pd.Timestamp(min(days), tz="UTC")
    end = pd.Timestamp(max(days), tz="UTC") + pd.Timedelta(days=1)
    truth["start"] = truth["first_air_seen"].clip(lower=begin)
    truth["stop"] = truth["last_air_seen"].clip(upper=end)
    truth = truth[[heard_in_air(row) >= LEAST_HEARD for row in truth.itertuples()]]
    truth = _leave_out_silent_ends(truth)
    truth["icao24"] = np.where(truth["source_mode"] == "tisb_other", "~", "") + truth["hex"]
    return _mark_observable(truth, begin, end).reset_index(drop=True)


def heard_in_air(row) -> pd.Timedelta:
    """How long a true flight was heard in the air inside the archive days."""
    if pd.isna(row.start) or row.stop <= row.start:
        return pd.Timedelta(0)
    heard = row.stop - row.start
    for low, high in _gaps(row):
        heard -= max(min(high, row.stop) - max(low, row.start), pd.Timedelta(0))
    return heard


def _gaps(row) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Stretches of two minutes or more in which the aircraft was not received."""
    texts = [gap for gap in str(row.reception_gaps_ge_120s).split() if "/" in gap]
    return [tuple(pd.Timestamp(each) for each in gap.split("/")) for gap in texts]


def _leave_out_silent_ends(truth: pd.DataFrame) -> pd.DataFrame:
    """`start` and `stop` moved out of a gap that a day's border cuts."""
    truth = truth.copy()
    for row in truth.itertuples():
        for low, high in _gaps(row):
            if low < row.start < high:
                truth.loc[row.Index, "start"] = high
            if low < row.stop < high:
                truth.loc[row.Index, "stop"] = low
    return truth


def _mark_observable(truth: pd.DataFrame, begin, end) -> pd.DataFrame:
    truth = truth.copy()
    for side, time, seen, ground in (
        ("origin", "takeoff", "first_air_seen", "dep_ground_reception"),
        ("destination", "landing", "last_air_seen", "arr_ground_reception"),
    ):
        inside = (truth[time] >= begin) & (truth[time] < end)
        missed = (truth[seen] - truth[time]).abs()
        received = truth[ground] == "1"
        truth[f"{side}_observable"] = inside & (received | (missed <= NEAR_END))
        truth[f"{side}_close"] = inside & (received | (missed <= CLOSE))
    return truth


@dataclass(frozen=True)
class Score:
    """How many of what; `matched` has one row a true flight, `invented` the flights left."""

    matched: pd.DataFrame
    invented: pd.DataFrame

    def share(self, true: str, among: str | None = None) -> float:
        """Share of rows where `true` holds, among those where `among` does."""
        rows = self.matched if among is None else self.matched[self.matched[among]]
        return float(rows[true].mean())

    def row(self) -> dict[str, str]:
        """One line of the table."""
        return {
            "flights": self._of("found"),
            "origin right": self._of("origin_right", "origin_observable"),
            "destination right": self._of("destination_right", "destination_observable"),
            "take-off within 3 min": self._of("origin_timely", "origin_close"),
            "landing within 3 min": self._of("destination_timely", "destination_close"),
            "invented": str(len(self.invented)),
        }

    def _of(self, true: str, among: str | None = None) -> str:
        rows = self.matched if among is None else self.matched[self.matched[among]]
        return f"{int(rows[true].sum())}/{len(rows)}"


def score(truth: pd.DataFrame, flights: pd.DataFrame) -> Score:
    """Each found flight goes to the true one it overlaps most, each true one keeps the best."""
    pairs = truth.reset_index(names="truth").merge(
        flights.reset_index(names="flight"), on="icao24", suffixes=("_true", "")
    )
    overlap = pairs[["stop", "lastseen"]].min(axis=1) - pairs[["start", "firstseen"]].max(axis=1)
    pairs = pairs.assign(overlap=overlap.dt.total_seconds())
    pairs = pairs[pairs["overlap"] > 0].sort_values("overlap", ascending=False)
    pairs = pairs.drop_duplicates("flight").drop_duplicates("truth")
    whole = (pairs["stop"] - pairs["start"]).dt.total_seconds()
    pairs = pairs[pairs["overlap"] >= 0.5 * whole].set_index("truth")
    columns = ["flight", "callsign", "origin", "destination", "firstseen", "lastseen", "flags"]
    columns += ["origin_evidence", "destination_evidence"]
    matched = truth.join(pairs[columns], suffixes=("", "_found"))
    matched["found"] = matched["flight"].notna()
    for side, code, time, seen in (
        ("origin", "dep", "takeoff", "firstseen"),
        ("destination", "arr", "landing", "lastseen"),
    ):
        matched[f"{side}_right"] = matched[side] == matched[code]
        matched[f"{side}_timely"] = (matched[seen] - matched[time]).abs() <= CLOSE
    return Score(matched, flights.drop(index=pairs["flight"]))
