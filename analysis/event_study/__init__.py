"""From daily counts to a verdict: arithmetic and sentences, no files, no clock, no pictures."""

from analysis.event_study.families import list_results, name_study
from analysis.event_study.outlook import (
    MOST_PER_WEEK,
    Outlook,
    Usual,
    Windows,
    describe_outlook,
    look_ahead,
    measure_usual,
    write_rate,
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
    "judge_counts",
    "list_results",
    "look_ahead",
    "measure_usual",
    "name_study",
    "read_counts",
    "run_study",
    "write_rate",
]
