"""From a source into the archive: plan, run, progress, and pulls in the background."""

from flights.pull.background import ProgressFile, expect_seconds, new_pull_id
from flights.pull.plan import PullPlan, check_room, plan_pull
from flights.pull.progress import DayProgress, PullProgress, write_bytes, write_span
from flights.pull.run import PullReport, count_states, run_pull, utc_now

__all__ = [
    "DayProgress",
    "ProgressFile",
    "PullPlan",
    "PullProgress",
    "PullReport",
    "check_room",
    "count_states",
    "expect_seconds",
    "new_pull_id",
    "plan_pull",
    "run_pull",
    "utc_now",
    "write_bytes",
    "write_span",
]
