"""What stands beside the numbers: inputs and their hash, days left out and why, notes."""

import hashlib
import json
from datetime import date

import pandas as pd

from analysis.study import OUTAGE_REASON, CountSeries, Study
from flights.cargo import OWN_LIST, Overrides
from flights.planning.needed_days import DEFAULT_BASELINE, DEFAULT_WINDOW
from flights.routes import RouteEvidence


def hash_inputs(evidence: RouteEvidence) -> str:
    """Hash of the ledger entries of the days looked at: which files, read by whom."""
    known = [
        (
            entry.source,
            entry.day.isoformat(),
            entry.status,
            entry.reader,
            [(each.name, each.size, each.sha256) for each in entry.inputs],
            sorted((name, str(table.get("sha256"))) for name, table in entry.tables.items()),
        )
        for entry in sorted(evidence.ledger, key=lambda entry: (entry.source, entry.day))
    ]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def format_cargo_rule(grade: str, own: Overrides | None = None) -> str:
    """The least cargo grade in words, and the user's own list where there is one."""
    words = {"": "all flights, cargo or not", "certain": "cargo grade certain"}
    rule = words.get(grade, f"cargo grade {grade} or better")
    return f"{rule}, by the rows of {own.describe()} before all others" if own else rule


def describe_own_list(own: Overrides | None, flights: pd.DataFrame) -> tuple[str, ...]:
    """The sentence that a user's own cargo list is in force, where there is one."""
    if own is None:
        return ()
    told = sum(str(rule).startswith(OWN_LIST) for rule in flights["cargo_rule"])
    return (
        f"A cargo list of one's own is in force, {own.describe()}: its rows win over the rules. "
        f"{told} of the {len(flights)} flights counted were graded by it.",
    )


def count_flights(values: tuple[float | None, ...]) -> int:
    """Flights on all complete days."""
    return int(sum(value for value in values if value is not None))


def list_missing(counts: CountSeries) -> tuple[tuple[date, str, str], ...]:
    """Day, status and reason of every day left out of the sums, outages included."""
    outage = counts.outage or (False,) * len(counts.days)
    return tuple(
        (day, "outage", OUTAGE_REASON) if out else (day, status, reason)
        for day, status, reason, out in zip(
            counts.days, counts.status, counts.reason, outage, strict=True
        )
        if status != "complete" or out
    )


def describe_notes(study: Study, counts: CountSeries) -> tuple[str, ...]:
    """Sentences a reader should know that are no part of the verdict."""
    notes = []
    for name, days, usual in (
        ("window", study.window, DEFAULT_WINDOW),
        ("baseline", study.baseline, DEFAULT_BASELINE),
    ):
        if days != usual:
            notes.append(
                f"The {name} of {days} days is not the default of {usual}: this answer is "
                "exploratory."
            )
    if len(study.events) > 1:
        notes.append(
            f"{len(study.events)} dates were asked about. The more dates, the easier one of "
            "them stands out by chance: a change of one must also hold with all of them allowed "
            "for (Holm)."
        )
    complete = sum(status == "complete" for status in counts.status)
    unheard = complete - sum(each is not None for each in counts.exposure)
    if unheard:
        notes.append(
            "Nothing says how much the receivers heard on complete days, which are left out: "
            f"{unheard} of {complete}."
        )
    return tuple(notes)
