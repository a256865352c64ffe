"""Were all days inside the windows read from one edition by one reader?"""

from analysis.checks.base import FAILED, NOT_APPLICABLE, PASSED, Case
from analysis.study import CheckResult, CountSeries

NAME = "source_change"
TITLE = "Source and reader"
BADGE = ""


def list_editions(counts: CountSeries, start: int, stop: int) -> dict[str, int]:
    """Days per edition and reader from index `start` to `stop` (exclusive), first seen first."""
    found: dict[str, int] = {}
    for name in filter(None, counts.reader[max(start, 0) : stop]):
        found[name] = found.get(name, 0) + 1
    return found


def run_check(case: Case) -> CheckResult:
    """List who read the days of both windows."""
    design = case.design
    found = list_editions(case.counts, design.event - design.baseline, design.event + design.window)
    table = tuple({"edition and reader": name, "days": days} for name, days in found.items())
    if not found:
        sentence = "No day inside the windows says how it was read."
        return CheckResult(NAME, TITLE, NOT_APPLICABLE, sentence)
    if len(found) > 1:
        sentence = f"The days inside the windows come from {len(found)} editions or readers."
        return CheckResult(NAME, TITLE, FAILED, sentence, table)
    sentence = "One edition and one reader for all days inside the windows."
    return CheckResult(NAME, TITLE, PASSED, sentence, table)
