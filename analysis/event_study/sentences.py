"""The closed list of sentences that a study can end in (STATISTICS.md, sections 6 and 7).

Never "caused", "because of", "no effect", "normal", a probability that a change is real, or a
word of intent. Names in braces are filled in by `verdicts` and `stacks`.
"""

CHANGE = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} (95 % interval {lo}–{hi}). {r} of {n} other dates in this record show a change as "
    "large (p = {p}). This does not say why."
)
NO_CHANGE = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} ({lo}–{hi}); {r} of {n} other dates differ as much. An increase of {mde_up} or more "
    "would probably have been noticed; a smaller one would not."
)
NO_CHANGE_UNBOUNDED = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} ({lo}–{hi}); {r} of {n} other dates differ as much. No smaller change would reliably "
    "have been noticed."
)
NO_CHANGE_AMONG = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} ({lo}–{hi}); {r} of {n} other dates differ as much (p = {p}). Asked about alone, that "
    "would be a change; allowing for {asked}, it is not (adjusted p = {p_adjusted})."
)
CHANGE_IN_SPACE = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} (95 % interval {lo}–{hi}). The record is too short to compare with other dates; "
    "compared with {m} other routes from {origin} in the same days, {r} of them changed as much "
    "(p = {p}). This does not say why."
)
NO_CHANGE_IN_SPACE = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} ({lo}–{hi}). The record is too short to compare with other dates; compared with {m} "
    "other routes from {origin} in the same days, {r} of them differ as much. An increase of "
    "{mde_up} or more would probably have been noticed; a smaller one would not."
)
NO_CHANGE_IN_SPACE_UNBOUNDED = (
    "{n1} flights were {observed} in the {window} days from {date}; {expected} would be "
    "expected from the {weeks} weeks before, the weekday pattern and what the receivers heard: "
    "{rr} ({lo}–{hi}). The record is too short to compare with other dates; compared with {m} "
    "other routes from {origin} in the same days, {r} of them differ as much. No smaller change "
    "would reliably have been noticed."
)
TOO_THIN = (
    "Only {expected} flights expected in {window} days. Only a change of {mde_up} or more could "
    "have been noticed, so a lack of signal says little."
)
TOO_THIN_NONE_BEFORE = (
    "No flights in the {weeks} weeks before, so none are expected in {window} days and no ratio "
    "can be stated. A lack of signal says little."
)
TOO_THIN_UNBOUNDED = (
    "Only {expected} flights expected in {window} days. No increase of any size would reliably "
    "have been noticed, so a lack of signal says little."
)
COVERAGE = (
    "What the receivers hear here changed by {coverage} between the two periods. The route's "
    "count changed by {raw}; the one cannot be separated from the other."
)
COVERAGE_NO_COUNT = (
    "What the receivers hear here changed by {coverage} between the two periods, and the route "
    "has no count to compare with it; the one cannot be separated from the other."
)
COVERAGE_MISSING = (
    "Days are missing more at one side of the event than at the other: {missing_after} of the "
    "{window} days from {date}, {missing_before} of the {baseline} days before it. The route's "
    "count changed by {raw}; the one cannot be separated from the other."
)
SOURCE_CHANGED = (
    "The two periods were read from different editions or by different readers ({editions}), "
    "which may count differently; a change of the route cannot be separated from that. Pull "
    "these days again from one edition with one reader."
)
HISTORY = (
    "{n} comparable dates in this record; {needed} are needed. Pull {days} more days before {date}."
)
HISTORY_MISSING = (
    "{missing_after} of the {window} days from {date} and {missing_before} of the {baseline} "
    "days before it are missing; at most 20 % of either may be. Pull these days."
)
HISTORY_UNHEARD = (
    "On the days that are there, the receivers heard no other flight in the places asked about, "
    "so there is nothing to measure a count against."
)
HISTORY_OUTAGE = (
    "All complete days of one of the two periods are outages of the receivers; there is nothing "
    "to measure a count against."
)
STACK_CHANGE = (
    "{n1} flights were {observed} in the {window} days from {events} dates; {expected} would be "
    "expected from the {weeks} weeks before each, the weekday pattern and what the receivers "
    "heard: {rr} (95 % interval {lo}–{hi}). {r} of {sets} random sets of as many other dates show "
    "a change as large (p = {p}). This does not say why."
)
STACK_NO_CHANGE = (
    "{n1} flights were {observed} in the {window} days from {events} dates; {expected} would be "
    "expected from the {weeks} weeks before each, the weekday pattern and what the receivers "
    "heard: {rr} ({lo}–{hi}); {r} of {sets} random sets of as many other dates differ as much. An "
    "increase of {mde_up} or more would probably have been noticed; a smaller one would not."
)
STACK_NO_CHANGE_AMONG = (
    "{n1} flights were {observed} in the {window} days from {events} dates; {expected} would be "
    "expected from the {weeks} weeks before each, the weekday pattern and what the receivers "
    "heard: {rr} ({lo}–{hi}); {r} of {sets} random sets of as many other dates differ as much. "
    "Asked about alone, that would be a change; allowing for {asked}, it is not (adjusted p = "
    "{p_adjusted})."
)
STACK_TOO_THIN = (
    "Only {expected} flights expected in the {window} days from {events} dates. Only a change of "
    "{mde_up} or more could have been noticed, so a lack of signal says little."
)
STACK_TOO_THIN_UNBOUNDED = (
    "Only {expected} flights expected in the {window} days from {events} dates. No increase of "
    "any size would reliably have been noticed, so a lack of signal says little."
)
STACK_COVERAGE = (
    "What the receivers hear here changed by {coverage} at {date}, one of {events} dates taken "
    "together. The route's count changed by {raw} there; the one cannot be separated from the "
    "other."
)
STACK_HISTORY = (
    "{n} comparable dates in this record contain {room} separate windows of {window} days; "
    "{events} dates taken together need {needed}. Pull {days} more days before {date}."
)
STACK_OVERLAP = (
    "Some of the {events} dates are less than {apart} days apart, so that the days of one are "
    "compared with those of another; they can be judged each by itself, not together."
)
SOURCE = (
    "The days of {source} cannot be compared with one another, so it gives no answer about how "
    "often something happened. Ask a source that covers every day."
)

BOUNDS_EQUAL = "No flight here has an unknown end: both bounds are the same."
BOUNDS_AGREE = (
    "The same with flights of an unknown end counted too: {n1} flights, {expected} expected, "
    "{rr} ({lo}–{hi})."
)
BOUNDS_AGREE_ONLY_KIND = "The same with flights of an unknown end counted too."
BOUNDS_DIFFER = (
    "{upper} only if flights with an unknown end are counted; from flights with both ends "
    "observed alone: {lower}."
)
BOUNDS_OPPOSE = (
    "The bounds point in opposite directions: {lower} from flights with both ends observed, "
    "{upper} if flights with an unknown end are counted too."
)
