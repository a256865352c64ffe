"""The flight inspector: the map on the left, the report and its data on the right."""

import html
from collections.abc import Iterator

import streamlit as st

from analysis.blocks import loaders, own_list, session
from analysis.blocks.flight import flight_reports
from analysis.blocks.flight.facts import link_viewers, list_facts
from analysis.blocks.flight_request import FlightRequest, request_for
from analysis.drawing.charts.habit_strip import draw_habits
from analysis.drawing.maps.flight_map import (
    InspectedFlight,
    count_drawn,
    describe_flight,
    is_drawable,
)
from analysis.drawing.maps.reception_shading import LEGEND
from analysis.drawing.palette import choose_palette
from analysis.drawing.tables.chain_line import Segment, list_segments
from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.evidence import describe_flight_briefly, describe_flight_details, describe_habits
from flights.reference.countries import BORDERS_SENTENCE
from flights.regions import parse_region

PAGE = "analysis/views/flight.py"

_STYLE = """<style>
.brief {{ font-size: clamp(1.1rem, 1.8vw, 1.28rem); line-height: 1.45; color: {ink};
  margin: 0 0 .5rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }}
.details {{ color: {quiet}; margin: 0; padding-left: 1.1rem; font-size: .95rem;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }}
.details li {{ margin: .15rem 0; }}
.legend {{ color: {quiet}; font-size: .875rem; margin: 0; }}
.inspector-head {{ font-size: 1rem; font-weight: 600; margin: .3rem 0 0; color: {ink}; }}
.segment {{ display: inline-block; line-height: 1.25; font-size: .92rem; }}
.segment small {{ display: block; color: {quiet}; font-variant-numeric: tabular-nums; }}
.segment.now {{ border-bottom: 3px solid {observed}; font-weight: 600; color: {ink}; }}
.segment.now small {{ font-weight: 400; }}
.segment.heard {{ border-bottom: 3px solid {observed}; }}
.segment.unheard {{ border-bottom: 3px dotted {observed}; color: {quiet}; }}
.segment.ground {{ border-bottom: 3px solid {grid}; color: {quiet}; }}
.facts {{ font-size: .88rem; border-collapse: collapse; width: 100%; }}
.facts th, .facts td {{ text-align: left; vertical-align: top; padding: .12rem .8rem .12rem 0;
  border: 0; overflow-wrap: anywhere; }}
.facts th {{ font-weight: 400; color: {quiet}; white-space: nowrap; overflow-wrap: normal; }}
.facts td {{ color: {ink}; font-variant-numeric: tabular-nums; }}
.facts small {{ color: {quiet}; }}
.st-key-chain .segment, .st-key-chain a, .st-key-chain button {{ display: block; }}
.st-key-chain a, .st-key-chain button {{ padding: 0; border-radius: 0; background: none;
  line-height: 1.25; min-height: 0; }}
.st-key-chain a p, .st-key-chain button p {{ font-size: .92rem; color: {change};
  text-decoration: underline; font-weight: 400; }}
.st-key-chain :focus-visible {{ outline: 2px solid {change}; }}
/* One column on narrow screens: the sentence, then the map, then the rest. */
@media (max-width: 640px) {{
  .st-key-inspector > div > .stHorizontalBlock {{ flex-flow: column nowrap; gap: 1rem; }}
  .st-key-inspector > div > .stHorizontalBlock > .stColumn {{ min-width: 0; width: 100%; }}
  .st-key-inspector > div > .stHorizontalBlock > .stColumn:last-child,
  .st-key-inspector > div > .stHorizontalBlock > .stColumn:last-child > .stVerticalBlock
    {{ display: contents; }}
  .st-key-inspector .stElementContainer:has(section.flight-report) {{ order: -1; width: 100%; }}
}}
</style>"""


def show_flight(archive: Archive, asked: FlightRequest, *, alone: bool = False) -> None:
    """One flight, the most important first; `alone` if it is the whole page.

    Raises
    ------
    InvalidInput
        The archive does not contain this flight, or the region is not valid.
    """
    seen = flight_reports.load_report(archive, asked)
    st.html(_STYLE.format(**vars(choose_palette(session.is_dark()))))
    with st.container(key="inspector"):
        left, right = st.columns([11, 10], gap="large")
    with right:
        _show_report(seen, asked)
    with left:
        _show_map(seen, archive, asked)
    with right:
        _show_chain(seen, asked, alone=alone)
        _show_habits(seen, archive, asked)
        _show_facts(seen, asked)
        if not alone:
            st.page_link(
                PAGE, label="Open this flight on its own page", query_params=asked.to_query()
            )


def _show_report(seen: InspectedFlight, asked: FlightRequest) -> None:
    """The report: one sentence, then its figures."""
    region = parse_region(asked.region) if asked.region else None
    brief = html.escape(describe_flight_briefly(seen.report, region))
    details = "".join(
        f"<li>{html.escape(line)}</li>" for line in describe_flight_details(seen.report, region)
    )
    st.html(
        '<section class="flight-report" aria-label="Report of the flight">'
        f'<p class="brief">{brief}</p>'
        f'<ul class="details">{details}</ul></section>'
    )


def _show_map(seen: InspectedFlight, archive: Archive, asked: FlightRequest) -> None:
    report = seen.report
    simulated = loaders.is_simulated(asked.source)
    if not is_drawable(report):
        _show_note("The archive has no positions of this flight.")
        return
    st.pydeck_chart(
        flight_reports.load_deck(archive, asked),
        height=520,
        alt=describe_flight(seen, simulated=simulated),
        key=f"flight-map-{report.flight['flight_id']}",
    )
    _show_note(f"{' '.join(_list_marks(seen))} {BORDERS_SENTENCE} {CONTENTS_SENTENCE}")


def _list_marks(seen: InspectedFlight) -> Iterator[str]:
    """The meaning of each kind of mark on this map."""
    report = seen.report
    if report.tracks.empty:
        yield "The archive has no positions of this flight."
    else:
        yield "Solid line: heard."
        if (by := report.tracks["source"].iloc[0]) != report.flight["source"]:
            yield f"The positions come from {by}."
    yield "Dotted line: not heard. The dots connect two places; they do not show the path."
    if report.gaps:
        yield "Open circle: last heard, or heard again."
    if any(gap.stretch.is_placed[0] for gap in report.gaps):
        yield "Coloured area: where it could have flown."
    for gap in report.gaps:
        drawn, found = count_drawn(gap), len(gap.candidates)
        if drawn:
            order = "most likely" if gap.trend.leads_down(gap.end) else "nearest"
            which = f"the {drawn} {order} of the {found:,}" if drawn < found else f"the {drawn:,}"
            yield f"Grey dots: {which} airports that could be its {gap.end}."
    if any(len(cells) for cells in seen.heard):
        yield LEGEND


def _show_note(text: str) -> None:
    """A note in small letters; a caption of Streamlit is too pale to read."""
    st.html(f'<p class="legend">{html.escape(text)}</p>')


def _show_chain(seen: InspectedFlight, asked: FlightRequest, *, alone: bool) -> None:
    """The flights of the aircraft before and after this one, with links to their reports."""
    report = seen.report
    st.html('<h4 class="inspector-head">Flights before and after</h4>')
    with st.container(key="chain", horizontal=True, gap="small", vertical_alignment="bottom"):
        for segment in list_segments(report.chain, report.at):
            if segment.row is None or segment.current:
                st.html(_format_segment(segment), width="content")
            else:
                flight = report.chain.flights.iloc[segment.row]
                query = request_for(flight, asked.region).to_query()
                with st.container(width="content", gap=None):
                    _link(_escape_radio_text(segment.label), query, alone=alone)
                    detail = html.escape(segment.detail)
                    st.html(f'<span class="segment heard"><small>{detail}</small></span>')


def _link(label: str, query: dict[str, str], *, alone: bool) -> None:
    """A link to another flight; on the Flight page, Back returns from it."""
    if not alone:
        st.page_link(PAGE, label=label, query_params=query)
        return
    # A link from a page to itself would replace the entry in the history of the browser.
    st.button(
        label,
        type="tertiary",
        on_click=st.query_params.from_dict,
        args=(query,),
        key=f"to-{query['icao24']}-{query['around']}",
    )


def _format_segment(segment: Segment) -> str:
    kind = "now" if segment.current else segment.kind
    return (
        f'<span class="segment {kind}">{html.escape(segment.label)}'
        f"<small>{html.escape(segment.detail)}</small></span>"
    )


def _show_habits(seen: InspectedFlight, archive: Archive, asked: FlightRequest) -> None:
    """Whether the flight is usual: sentences and a chart of weeks."""
    simulated = loaders.is_simulated(asked.source)
    st.html('<h4 class="inspector-head">Is this flight usual?</h4>')
    with st.skeleton(height=200):
        habits = flight_reports.load_habits(archive, asked)
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in describe_habits(habits))
    st.html(f'<ul class="details">{lines}</ul>')
    day = seen.report.flight["day"]
    strip = draw_habits(habits, day, simulated=simulated, dark=session.is_dark())
    if strip is not None:
        st.vega_lite_chart(strip, theme=None, width="stretch", key="habits")
        _show_note(
            "Hatched: weeks that are not complete in this archive. They do not mean zero flights."
        )


def _show_facts(seen: InspectedFlight, asked: FlightRequest) -> None:
    flight = seen.report.flight
    with st.expander("All data of this flight"):
        rows = "".join(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}'
            f"<br><small>{html.escape(meaning)}</small></td></tr>"
            for name, value, meaning in list_facts(flight, own_list.find_chosen())
        )
        st.html(f'<table class="facts">{rows}</table>')
    viewers = {} if loaders.is_simulated(asked.source) else link_viewers(flight)
    if viewers:
        # Streamlit opens links of Markdown in a new tab with rel="noopener noreferrer".
        links = " · ".join(f"[{name}]({url})" for name, url in viewers.items())
        st.markdown(f"The same aircraft and day on other websites: {links}")


def _escape_radio_text(text: object) -> str:
    """Text from radio messages, without effect as Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|$~:" else c for c in str(text))
