"""What a study needs from the archive, as the planning of pulls takes it."""

from analysis.study.question import Study
from flights.planning import StudyNeed
from flights.planning.needed_days import DaySpan
from flights.regions import parse_region


def to_need(study: Study) -> StudyNeed:
    """The route, the events and the days of a study, with its regions parsed."""
    return StudyNeed(
        source=study.source,
        days=DaySpan(study.first, study.last),
        origin=parse_region(study.origin),
        destination=parse_region(study.destination),
        events=tuple(event.day for event in study.events),
        window=study.window,
        baseline=study.baseline,
        title=study.title,
    )
