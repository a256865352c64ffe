"""Were all days inside the windows read from one edition and by one reader?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.study import CheckResult, CountSeries

NAME = "source_change"
TITLE = "Source and reader"
BADGE = ""


def list_editions(counts: CountSeries, start: int, stop: int) -> dict[str, int]:
    """Number of days per edition and reader, in the order of their first day.

    `start` (inclusive) and `stop` (exclusive) are indices of days.
    """
    found: dict[str, int] = {}
    for name in filter(None, counts.reader[max(start, 0) : stop]):
        found[name] = found.get(name, 0) + 1
    return found


def run_check(case: Case) -> CheckResult:
    """List the editions and readers of the days of both windows."""
    design = case.design
    found = list_editions(case.counts, design.event - design.baseline, design.event + design.window)
    table = tuple({"edition and reader": name, "days": days} for name, days in found.items())
    if not found:
        sentence = "The edition and reader of these days are not known."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    if len(found) > 1:
        sentence = f"The days inside the windows come from {len(found)} editions or readers."
        return CheckResult(NAME, TITLE, FAILED, sentence, table)
    sentence = "All days inside the windows come from one edition and one reader."
    return CheckResult(NAME, TITLE, PASSED, sentence, table)
