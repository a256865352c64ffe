"""The days that a study lacks, and the cheapest ways to get them.

`need` is what a study asks for, `missing_days` compares it with the ledger, `ways` judges
every source as the one for the whole series, `way` estimates its cost, `text` formats the plan.
"""

from flights.planning.commands import format_pull_commands, group_days
from flights.planning.missing_days import MissingDays, find_missing_days
from flights.planning.need import StudyNeed
from flights.planning.way import Way
from flights.planning.ways import StudyPlan, plan_study

__all__ = [
    "MissingDays",
    "StudyNeed",
    "StudyPlan",
    "Way",
    "find_missing_days",
    "format_pull_commands",
    "group_days",
    "plan_study",
]
