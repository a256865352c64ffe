"""From a source into the archive: plan, run, progress, pulls in the background."""

from flights.pull.background import ProgressFile, estimate_seconds, new_pull_id
from flights.pull.plan import PullPlan, check_disk_space, plan_pull
from flights.pull.progress import DayProgress, PullProgress
from flights.pull.run import PullReport, format_states, run_pull, utc_now

__all__ = [
    "DayProgress",
    "ProgressFile",
    "PullPlan",
    "PullProgress",
    "PullReport",
    "check_disk_space",
    "estimate_seconds",
    "format_states",
    "new_pull_id",
    "plan_pull",
    "run_pull",
    "utc_now",
]
