"""What belongs to the numbers: inputs and their hash, days left out and why, notes."""

import hashlib
import json
from datetime import date

import pandas as pd

from analysis.study import OUTAGE_REASON, CountSeries, Study
from flights.cargo import OWN_LIST, Overrides
from flights.planning.needed_days import DEFAULT_BASELINE, DEFAULT_WINDOW
from flights.routes import RouteEvidence


def hash_inputs(evidence: RouteEvidence) -> str:
    """Hash of the ledger entries of the days of the study: their files and readers."""
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
    """The least cargo grade in words, and the user's own list if there is one."""
    words = {"": "all flights, cargo or not", "certain": "cargo grade certain"}
    rule = words.get(grade, f"cargo grade {grade} or better")
    return f"{rule}, with the rows of {own.describe()} first" if own else rule


def describe_own_list(own: Overrides | None, flights: pd.DataFrame) -> tuple[str, ...]:
    """A sentence on the user's own cargo list, if there is one."""
    if own is None:
        return ()
    graded = sum(str(rule).startswith(OWN_LIST) for rule in flights["cargo_rule"])
    return (
        f"Your own cargo list is used, {own.describe()}: its rows replace the rules. It graded "
        f"{graded} of the {len(flights)} flights counted.",
    )


def count_flights(values: tuple[float | None, ...]) -> int:
    """Flights on all complete days."""
    return int(sum(value for value in values if value is not None))


def list_missing(counts: CountSeries) -> tuple[tuple[date, str, str], ...]:
    """Day, status and reason of every day that no sum uses, outages included."""
    outage = counts.outage or (False,) * len(counts.days)
    return tuple(
        (day, "outage", OUTAGE_REASON) if out else (day, status, reason)
        for day, status, reason, out in zip(
            counts.days, counts.status, counts.reason, outage, strict=True
        )
        if status != "complete" or out
    )


def describe_notes(study: Study, counts: CountSeries) -> tuple[str, ...]:
    """Sentences that a reader should know and that are not part of the verdict."""
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
            f"This study has {len(study.events)} dates. With more dates, chance alone makes one "
            "of them a finding more often: a change must remain one with all dates taken into "
            "account (Holm)."
        )
    complete = sum(status == "complete" for status in counts.status)
    unheard = complete - sum(each is not None for each in counts.exposure)
    if unheard:
        notes.append(
            f"{unheard} of {complete} complete days are left out, because it is not known how "
            "much the receivers heard."
        )
    return tuple(notes)
