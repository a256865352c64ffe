"""What a study still lacks, and the cheapest ways to get it from here.

`need` is what a study asks for, `lacking` compares it with the ledger, `ways` judges every
source as the one that could serve the whole series, `way` says what that takes, `text` puts it
into words.
"""

from flights.planning.commands import group_days, write_pulls
from flights.planning.lacking import Lack, list_lacking
from flights.planning.need import StudyNeed
from flights.planning.way import Way
from flights.planning.ways import StudyPlan, plan_study

__all__ = [
    "Lack",
    "StudyNeed",
    "StudyPlan",
    "Way",
    "group_days",
    "list_lacking",
    "plan_study",
    "write_pulls",
]
