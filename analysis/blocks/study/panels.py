"""The parts of the Study page, and the style that every page has."""

import html
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from analysis.blocks import loaders, session
from analysis.blocks.flight import inspector
from analysis.blocks.flight_request import request_for_study
from analysis.blocks.study.special_panel import offer_table
from analysis.drawing.captions import (
    BOUNDS_SENTENCE,
    EXCLUDED_SENTENCE,
    SIMULATED,
    describe_detectable,
    describe_figures,
    describe_holm,
    escape_sentence,
    format_quantity,
)
from analysis.drawing.maps import route_map
from analysis.drawing.maps.places_on_map import pick_flights
from analysis.drawing.maps.reception_shading import HARDLY_SENTENCE
from analysis.drawing.palette import Palette, choose_palette, style_verdict
from analysis.drawing.tables import data_tables
from analysis.drawing.tables.text_tables import tabulate_days
from analysis.reports import study_report
from analysis.study import Study, StudyResult, format_date, format_heading, to_query
from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.records.amounts import format_moment
from flights.reference.airports import load_airports
from flights.reference.countries import BORDERS_SENTENCE

Picked = tuple[str, dict[str, Any]]
CARGO_COLUMNS = ("cargo", "cargo by", "evidence against it")
"""Last columns of a table that is wider than the screen: other columns are more important."""

PICKABLE = ("lost", "pairs", "airports")

_STYLE = """<style>
.stMainBlockContainer {{ max-width: 78rem; padding-top: 4.5rem; }}
.ribbon {{ background: {unsure}1c; color: {unsure}; text-align: center; font-weight: 600;
  letter-spacing: .08em; font-size: .85rem; padding: .25rem .5rem; border-radius: .25rem; }}
.verdict {{ border-left: 4px solid; padding: .1rem 0 .1rem 1.1rem; }}
.verdict.change {{ border-color: {change}; }} .change .kind {{ color: {change}; }}
.verdict.still {{ border-color: {still}; }} .still .kind {{ color: {still}; }}
.verdict.unsure {{ border-color: {unsure}; }} .unsure .kind {{ color: {unsure}; }}
.verdict .kind {{ font-weight: 700; letter-spacing: .04em; margin: 0; }}
.verdict .said {{ font-size: clamp(1.2rem, 2.4vw, 1.55rem); line-height: 1.4;
  margin: .35rem 0 .6rem; color: {ink}; font-variant-numeric: tabular-nums; }}
.verdict p {{ margin: 0 0 .45rem; }}
.contents {{ font-weight: 600; color: {ink}; }}
.figures {{ color: {quiet}; font-variant-numeric: tabular-nums; }}
.badge {{ border: 1px solid {missing}; border-radius: 1rem; padding: 0 .6rem; margin-right: .35rem;
  font-size: .85rem; color: {quiet}; white-space: nowrap; }}
.answer {{ border-left: 3px solid; padding: 0 0 0 1rem; margin-bottom: .8rem; }}
.answer.change {{ border-color: {change}; }} .answer.still {{ border-color: {still}; }}
.answer.unsure {{ border-color: {unsure}; }}
.answer .kind {{ font-weight: 700; margin: 0; }}
.answer p {{ margin: 0 0 .3rem; font-variant-numeric: tabular-nums; }}
.numbers {{ border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }}
.numbers caption {{ text-align: left; font-weight: 600; color: {ink}; padding: .3rem 0; }}
.numbers th, .numbers td {{ border: 0; border-bottom: 1px solid {grid}; text-align: left;
  padding: .2rem .8rem .2rem 0; vertical-align: top; white-space: nowrap; }}
.numbers td:first-child {{ white-space: normal; min-width: 6.5rem; }}
.numbers td.long {{ white-space: normal; min-width: 13rem; }}
.pairs {{ columns: 2 27rem; column-gap: 3rem; }} .behind {{ break-inside: avoid; }}
.numbers th {{ color: {quiet}; font-weight: 400; vertical-align: bottom; }}
.numbers .n {{ text-align: right; }}
.scroll {{ overflow-x: auto; margin-bottom: .9rem; }}
.scroll.long {{ max-height: 26rem; overflow-y: auto; }}
.note {{ color: {quiet}; font-size: .88rem; margin: .3rem 0 1rem; max-width: 46rem; }}
.st-key-question {{ font-size: 1.1rem; }}
.checks td {{ padding: .15rem .8rem .15rem 0; vertical-align: top; border: 0; }}
.checks {{ font-size: .92rem; }}
.checks .quiet {{ color: {quiet}; }}
</style>"""


def show_frame(*, simulated: bool) -> Palette:
    """Add the style and, for simulated data, the ribbon; return the palette of the theme."""
    palette = choose_palette(session.is_dark())
    st.html(_STYLE.format(**vars(palette)))
    if simulated:
        st.html(
            f'<div class="ribbon" role="note">{SIMULATED} · made-up flights, not observations</div>'
        )
    return palette


def show_contents() -> None:
    """The sentence that is on every page."""
    st.html(f'<p class="contents">{CONTENTS_SENTENCE}</p>')


def show_problem(sentence: str, label: str) -> bool:
    """A sentence and the one button that helps; True after a click."""
    st.warning(sentence)
    return st.button(label, type="primary")


def lacks_days(study: Study, archive: Archive) -> bool:
    """True if the archive has no day of the study; then shows what to do."""
    held = loaders.find_complete_span(archive, study.source)
    title = loaders.format_series(archive, study.source)
    if held is None:
        wanted = f"{format_date(study.first)} to {format_date(study.last)}"
        show_contents()
        if show_problem(
            f"The archive has no data from “{title}” yet. This study needs {wanted}.", "Get data"
        ):
            st.switch_page("analysis/views/data.py")
        return True
    first, last = held
    if study.first <= last and study.last >= first:
        return False
    span = f"{format_date(first)} to {format_date(last)}"
    show_contents()
    if show_problem(
        f"The archive has “{title}” from {span}, but no day of this study.",
        "Use the days in the archive",
    ):
        session.move_study(study, first, last)
        st.rerun()
    return True


def show_verdict(result: StudyResult) -> None:
    """The answer in words, the contents sentence, the key figures."""
    verdict, look = result.verdict, style_verdict(result.verdict.kind)
    badges = "".join(f'<span class="badge">{html.escape(each)}</span>' for each in verdict.badges)
    bound = f"<p>{html.escape(verdict.bound_note)}</p>" if verdict.bound_note else ""
    detectable = html.escape(describe_detectable(result.lower))
    alone = html.escape(describe_holm(result, result.event))
    notes = "".join(f'<p class="figures">{html.escape(note)}</p>' for note in result.notes)
    st.html(
        f"""<section class="verdict {look.role}" aria-label="Verdict">
<p class="kind">{look.mark} {html.escape(format_heading(verdict.kind, verdict.direction))}</p>
<p class="said">{html.escape(verdict.sentence)}</p>{bound}
<p class="contents">{html.escape(result.contents_sentence)}</p>
<p class="figures">{html.escape(" · ".join(describe_figures(result)))}</p>
<p class="figures">{detectable} {alone}</p>
<p class="figures">{html.escape(BOUNDS_SENTENCE)}</p>{notes}{badges}
</section>"""
    )


def show_series(result: StudyResult, archive: Archive, study: Study) -> None:
    """Flights per day; below them, all traffic that was heard."""
    series = loaders.load_picture(archive, study, "series")
    st.vega_lite_chart(series, theme=None, width="stretch", key="series")
    offer_table("These days as a table", lambda: tabulate_days(result))


def show_map(archive: Archive, study: Study) -> Picked | None:
    """The map of the route; the clicked layer and its row, or None."""
    result, flights = loaders.load_answer(archive, study)
    deck = loaders.load_deck(archive, study)
    event = st.pydeck_chart(
        deck,
        height=560,
        alt=route_map.describe_route(result, flights),
        on_select="rerun",
        key=f"map-{result.study_hash}",
    )
    shaded = HARDLY_SENTENCE if any(layer.id == "shade" for layer in deck.layers) else ""
    st.caption(
        "Lines: flights; wider means more flights, paler means that one end is lost. Open circles: "
        "the last place where a flight was heard; dots lead to the place where it was heard next. "
        f"Click a line, a circle or an airport to list its flights. {shaded} {BORDERS_SENTENCE} "
        f"{CONTENTS_SENTENCE}"
    )
    found = event["selection"]["objects"] if event else {}
    picked = [(layer, rows[0]) for layer, rows in found.items() if rows and layer in PICKABLE]
    return picked[0] if picked else None


def show_flights(
    result: StudyResult,
    flights: pd.DataFrame,
    archive: Archive,
    study: Study,
    picked: Picked | None = None,
) -> None:
    """The flights of the numbers; a click on a row opens the report of that flight.

    `picked` is the clicked place or line on the map; if it has one flight, that is shown.
    """
    choices = _choose_rows(result, flights, picked)
    inside = next(iter(choices.values()))
    st.subheader(f"The flights in these numbers ({len(inside):,})", anchor=False)
    labels = list(choices)
    chosen = st.segmented_control(
        "Which flights",
        labels,
        default=labels[-1] if picked else labels[0],
        label_visibility="collapsed",
        required=True,
        key=f"which-{result.study_hash}-{labels[-1]}",
    )
    rows = choices[chosen].reset_index(drop=True)
    row = _show_table(result, rows, f"flights-{result.study_hash}-{chosen}")
    if row is None and picked and len(rows) == 1:
        row = 0
    if row is not None:
        with st.container(border=True):
            inspector.show_flight(archive, request_for_study(rows.iloc[row], study))


def _choose_rows(
    result: StudyResult, flights: pd.DataFrame, picked: Picked | None
) -> dict[str, pd.DataFrame]:
    inside = data_tables.select_window(result, flights)
    choices = {
        f"The {result.study['window']} days ({len(inside):,})": inside,
        f"All days ({len(flights):,})": flights,
    }
    if picked:
        found = flights[pick_flights(flights, load_airports(), *picked)]
        name = str(picked[1].get("label", "")).partition(":")[0]
        choices[f"On the map, {name} ({len(found):,})"] = found
    return choices


def _show_table(result: StudyResult, rows: pd.DataFrame, key: str) -> int | None:
    """The flights as a table; returns the chosen row."""
    shown = data_tables.format_flights(result, rows)
    cargo = [name for name in shown if name in CARGO_COLUMNS]
    event = st.dataframe(
        shown,
        column_order=[*(name for name in shown if name not in cargo), *cargo],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * max(len(rows), 1), 360),
        alt=f"{format_quantity(len(rows), 'flight')} with both ends and why each counts.",
        key=key,
    )
    chosen = event["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else None


def show_excluded(result: StudyResult, archive: Archive, study: Study) -> None:
    """Flights whose lost end cannot be in the study's region: numbers by reason, then a table."""
    excluded = loaders.load_excluded(archive, study)
    if excluded.empty:
        return
    with st.expander(f"Lost flights that cannot have been there ({len(excluded):,})"):
        st.markdown(EXCLUDED_SENTENCE)
        classes = pd.DataFrame(result.excluded, columns=["why", "flights"])
        st.table(classes, hide_index=True)
        row = _show_table(result, excluded, f"excluded-{result.study_hash}")
        if row is not None:
            inspector.show_flight(archive, request_for_study(excluded.iloc[row], study))


def show_downloads(result: StudyResult, flights: pd.DataFrame, study: Study) -> None:
    """Buttons for files; each file is made after the click."""
    stamped = replace(result, made_at=format_moment(session.read_clock()))
    files = {
        "Report": ("report.html", "text/html"),
        "Table": ("flights.csv", "text/csv"),
        "Counts": ("counts.csv", "text/csv"),
        "Chart": ("chart.png", "image/png"),
        "Chart as SVG": ("chart.svg", "image/svg+xml"),
        "Map": ("map.svg", "image/svg+xml"),
        "Result": ("result.json", "application/json"),
        "Study file": ("study.toml", "application/toml"),
    }
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for label, (name, kind) in files.items():
            st.download_button(
                label,
                data=partial(study_report.OUTPUTS[name], stamped, flights),
                file_name=f"{'simulated-' if result.simulated else ''}{name}",
                mime=kind,
                on_click="ignore",
                key=f"download-{name}",
            )
        with st.popover("Copy link"):
            address = (st.context.url or "").split("?")[0]
            st.code(f"{address}?{urlencode(to_query(study))}", language=None, wrap_lines=True)


def show_sources(result: StudyResult) -> None:
    """Sources and licences, missing days, numbers, and the hashes of the study."""
    with st.expander("Sources, missing days, all numbers"):
        for source in result.sources:
            st.markdown(f"**{source.title}**. {source.attribution} Licence: {source.licence}.")
        rows = data_tables.tabulate_effects(result)
        if rows:
            bounds = ["counted for certain", "at most"]
            st.table(pd.DataFrame(dict(rows), index=bounds).T)
        missing = data_tables.group_missing(result)
        if missing:
            lacking = [(*each[:2], escape_sentence(each[2])) for each in missing]
            st.table(pd.DataFrame(lacking, columns=["days", "status", "why"]), hide_index=True)
        tried = ", ".join(f"{name}: {count}" for name, count in result.tries.items())
        st.caption(
            f"Tried in this session: {tried}. Study {result.study_hash[:12]}, inputs "
            f"{result.input_hash[:12]}, program {result.program_version}. "
            f"{result.days_used:,} days used, to {format_date(result.series.days[-1])}."
        )
