"""Ready questions: of the simulated world, of the study files, and a first one per source."""

from datetime import date
from pathlib import Path

import streamlit as st

from analysis.blocks.choices import WORLDWIDE
from analysis.blocks.loaders import find_complete_span, find_scope
from analysis.study import Event, Study, read_study
from flights.archive import Archive
from flights.sources.simulated import EXAMPLES, Example

WORLD = "simulated"
"""The source of the first visit."""

STUDIES = Path(__file__).parents[1] / "study" / "studies"


@st.cache_resource(show_spinner=False)
def list_ready_questions() -> dict[str, Study]:
    """Ready questions by title: of the simulated world, then of the study files."""
    simulated = [_read_example(example) for example in EXAMPLES]
    filed = [read_study(path) for path in sorted(STUDIES.glob("*.toml"))]
    return {study.title: study for study in (*simulated, *filed)}


def _read_example(example: Example) -> Study:
    events = tuple(Event(day, name) for day, name in example.events)
    return Study(**{**example.study_fields(), "events": events})


def suggest_study(archive: Archive, source: str) -> Study:
    """A first question for a source: all cargo flights, two weeks before its last day.

    For a series limited to regions: from there to anywhere.
    """
    for study in list_ready_questions().values():
        if study.source == source:
            return study
    first, last = find_complete_span(archive, source) or (date(2025, 1, 1), date(2025, 12, 31))
    event = max(first, date.fromordinal(last.toordinal() - 13))
    kind, _, text = find_scope(archive, source).partition(":")
    origin = text if kind == "regions" else WORLDWIDE
    return Study(source, first, last, origin, WORLDWIDE, (Event(event),))


def suggest_first_study(archive: Archive) -> Study:
    """The question of a first visit: about the simulated world if the archive has it."""
    sources = archive.sources()
    return suggest_study(archive, WORLD if WORLD in sources else sources[0])
