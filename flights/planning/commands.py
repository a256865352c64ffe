"""Command lines that pull days."""

import shlex
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from flights.sources import SourceSpec

SHOWN = 8
"""Number of commands shown at most; the ledger lists all days."""


def group_days(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of neighbouring days.

    >>> days = [date(2050, 1, 1), date(2050, 1, 2), date(2050, 1, 4)]
    >>> [(a.day, b.day) for a, b in group_days(days)]
    [(1, 2), (4, 4)]
    """
    first = last = None
    for day in sorted(days):
        if first is None or last is None:
            first = day
        elif day - last > timedelta(days=1):
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def format_pull_commands(
    spec: SourceSpec, days: Iterable[date], *, scope: str = "", archive: str | None = None
) -> list[str]:
    """Commands that pull the days of a source, or of a series narrowed to `scope`.

    Values that only the user knows, such as a path, are in capital letters. A source whose days
    are complete only where the user says so gets the option `covers`.
    """
    # The source comes first: its parser reads all other options.
    words = [spec.key.partition(".")[0], *_format_options(spec, scope)]
    words += ["--archive", shlex.quote(archive)] if archive else []
    pull = f"python -m flights pull {' '.join(words)}"
    whole = any(option.name == "covers" for option in spec.options)
    runs = list(group_days(days))
    lines = [
        f"{pull}{f' --covers {first}..{last}' if whole else ''} --from {first} --to {last}"
        for first, last in runs[:SHOWN]
    ]
    if len(runs) > SHOWN:
        lines.append(f"… and {len(runs) - SHOWN} more runs of days; see python -m flights ledger")
    return lines


def _format_options(spec: SourceSpec, scope: str) -> list[str]:
    """Required options, and the one that narrows to the scope."""
    kind, _, text = scope.partition(":")
    narrowing = {"table": "name"}.get(kind, kind)
    words = []
    for option in spec.options:
        if option.name == narrowing:
            words += [f"--{option.name}", shlex.quote(text)]
        elif option.required:
            words += [f"--{option.name.replace('_', '-')}", option.name.upper()]
    return words
