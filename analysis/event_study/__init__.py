"""From daily counts to a verdict: arithmetic and sentences, without files, clock or charts."""

from analysis.event_study.families import format_title, list_results
from analysis.event_study.outlook import (
    MOST_PER_WEEK,
    Outlook,
    Usual,
    Windows,
    describe_outlook,
    estimate_outlook,
    format_rate,
    measure_usual,
)
from analysis.event_study.run import judge_counts, run_study
from analysis.event_study.table_input import describe_table, read_counts

__all__ = [
    "MOST_PER_WEEK",
    "Outlook",
    "Usual",
    "Windows",
    "describe_outlook",
    "describe_table",
    "estimate_outlook",
    "format_rate",
    "format_title",
    "judge_counts",
    "list_results",
    "measure_usual",
    "read_counts",
    "run_study",
]
