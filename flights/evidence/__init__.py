"""One flight: where it can have been, who else was heard there, is it ordinary."""

from flights.evidence.archive_habits import look_up_habits
from flights.evidence.chain import Chain, is_one_airframe, last_known, stretches_between
from flights.evidence.habits import LEAST_DAYS, Habit, Habits, sum_habit, tell_habits, tell_short
from flights.evidence.map_reception import hear_beyond, hear_ordinary
from flights.evidence.reach import HORIZON_S, LEAST_GROUND_S, longest_stay_s, outline
from flights.evidence.reasons import class_exclusions, explain_flights, write_span
from flights.evidence.region_reception import judge_region
from flights.evidence.sentences import (
    UNTIL_UNKNOWN,
    tell_details,
    tell_story_in_brief,
    tell_story_in_words,
    write_moment,
    write_next,
)
from flights.evidence.story import Gap, Story, tell_story

__all__ = [
    "HORIZON_S",
    "LEAST_DAYS",
    "LEAST_GROUND_S",
    "UNTIL_UNKNOWN",
    "Chain",
    "Gap",
    "Habit",
    "Habits",
    "Story",
    "class_exclusions",
    "explain_flights",
    "hear_beyond",
    "hear_ordinary",
    "is_one_airframe",
    "judge_region",
    "last_known",
    "longest_stay_s",
    "look_up_habits",
    "outline",
    "stretches_between",
    "sum_habit",
    "tell_details",
    "tell_habits",
    "tell_short",
    "tell_story",
    "tell_story_in_brief",
    "tell_story_in_words",
    "write_moment",
    "write_next",
    "write_span",
]
