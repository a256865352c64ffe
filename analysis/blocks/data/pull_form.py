"""The form that downloads days from a source: options, days, cost, start."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from analysis.blocks import choices, loaders
from analysis.drawing.captions import escape_sentence, format_days, format_quantity
from flights.archive import Archive
from flights.errors import FlightDataError
from flights.planning import Way
from flights.planning.text import describe_time
from flights.pull import PullPlan, background, check_disk_space, plan_pull
from flights.records.amounts import format_size
from flights.regions import parse_region
from flights.sources import Option, SourceSpec, find_spec, open_source

_SHOWN = 6
_WIDTH = 620
_ELSEWHERE = ("table",)
"""Sources that have another form."""

_UPFRONT = ("regions", "choice")
"""Kinds of optional settings that are shown at once, not under “More options”."""


@dataclass(frozen=True)
class PullRequest:
    """The values of the form; `options` by name, without those that are empty."""

    source: str
    options: tuple[tuple[str, str], ...]
    first: date | None
    last: date | None
    refresh: bool = False


def can_fill(way: Way) -> bool:
    """False if the source has another form."""
    return way.source not in _ELSEWHERE


def fill_form(way: Way) -> None:
    """Fill the form with the source, days and regions of a way of a plan."""
    state = st.session_state
    state["d_source"] = way.source
    state[f"from-{way.source}"], state[f"to-{way.source}"] = min(way.days), max(way.days)
    _fill_scope(way.source, way.spec.scope)
    st.toast("The form below is filled in.")


def offer_pull(source: str, archive: Archive) -> None:
    """The form of a source: what to read, which days, what it costs, start."""
    key = source.partition(".")[0]
    spec = find_spec(key)
    st.subheader(f"Get more days of “{spec.title}”", anchor=False)
    if key in _ELSEWHERE:
        st.caption("To import your own table, use the form below.")
        return
    if st.session_state.get("d_filled") != source:
        _fill_scope(key, loaders.find_scope(archive, source))
        st.session_state["d_filled"] = source
    asked, workers = _ask(spec)
    lacking = [o.name for o in spec.options if o.required and o.name not in dict(asked.options)]
    if st.button("Show the cost", key="plan", disabled=bool(lacking)):
        st.session_state["planned"] = (asked, _plan(asked, spec, archive))
    planned, plan = st.session_state.get("planned", (None, None))
    if planned == asked:
        _confirm(asked, plan, archive, workers)


def _fill_scope(source: str, scope: str) -> None:
    kind, _, text = scope.partition(":")
    if kind in {option.name for option in find_spec(source).options}:
        st.session_state[_key(source, kind)] = text


def _ask(spec: SourceSpec) -> tuple[PullRequest, int]:
    """The values of the controls, and how many days to read at the same time."""
    first = [o for o in spec.options if o.required or o.kind in _UPFRONT]
    given = _ask_options(spec, first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        begin, end = (_ask_day(spec, *each) for each in (("First day", "from"), ("Last day", "to")))
    with st.expander("More options"):
        given |= _ask_options(spec, [option for option in spec.options if option not in first])
        refresh = st.toggle(
            "Download complete days again",
            key=f"refresh-{spec.key}",
            help="Also if the new result is worse than the days in the archive.",
        )
        workers = st.selectbox(
            "Days read at the same time",
            range(1, min(4, os.cpu_count() or 1) + 1),
            key=f"workers-{spec.key}",
            help="Each can use up to 650 MB of memory for a day of world traffic.",
            width=180,
        )
    options = tuple(sorted(given.items()))
    return PullRequest(spec.key, options, begin, end, refresh), workers


def _ask_options(spec: SourceSpec, options: Iterable[Option]) -> dict[str, str]:
    values = {option.name: _ask_option(spec.key, option) for option in options}
    return {name: value for name, value in values.items() if value}


def _ask_option(source: str, option: Option) -> str | None:
    """One option in the control that fits its kind; None if it is empty."""
    key, label = _key(source, option.name), option.name.replace("_", " ").capitalize()
    if option.kind == "flag":
        return "yes" if st.toggle(option.help.rstrip("."), key=key) else None
    if option.kind == "choice":
        st.session_state.setdefault(key, option.default or option.choices[0])
        return st.segmented_control(label, option.choices, key=key, help=option.help, required=True)
    st.session_state.setdefault(key, option.default or "")
    text = st.text_input(
        label, key=key, placeholder=option.placeholder, help=option.help, width=_WIDTH
    )
    if option.kind == "regions" and text.strip():
        _show_region(text)
    return text.strip() if text.strip() != (option.default or "") else None


def _show_region(text: str) -> None:
    """Show which region was typed, or what is wrong with it."""
    try:
        region = parse_region(text)
    except FlightDataError as error:
        st.warning(escape_sentence(error))
        return
    st.caption(f"{region.label}: {format_quantity(len(region.airports()), 'airport')}.")


def _ask_day(spec: SourceSpec, label: str, edge: str) -> date | None:
    # Without bounds of its own the calendar ends ten years from now, before any simulated day.
    return st.date_input(
        f"{label} (optional)" if not spec.remote else label,
        None,
        choices.EARLIEST,
        choices.LATEST,
        key=f"{edge}-{spec.key}",
        format="YYYY-MM-DD",
        width=180,
    )


def _key(source: str, option: str) -> str:
    return f"o-{source}-{option}"


def _plan(asked: PullRequest, spec: SourceSpec, archive: Archive) -> PullPlan | str:
    """The plan, or the reason why there is none; a remote source is asked for its list of days."""
    if spec.remote and not (asked.first and asked.last):
        # Without days, the plan would send requests for every day that exists to foreign servers.
        return "Choose the first and the last day."
    doing = f"Asking “{spec.title}” for its list of days …" if spec.remote else "Listing days …"
    with st.spinner(doing, show_time=True):
        try:
            source = open_source(asked.source, **dict(asked.options))
            plan = plan_pull(source, archive, asked.first, asked.last, refresh=asked.refresh)
            plan = background.estimate_seconds(archive, plan)
            check_disk_space(plan, archive.root)
        except FlightDataError as error:
            return str(error)
    return plan


def _confirm(asked: PullRequest, plan: PullPlan | str, archive: Archive, workers: int) -> None:
    """The plan with its cost and the source's terms; only this button starts it."""
    if isinstance(plan, str):
        st.warning(escape_sentence(plan))
        return
    st.markdown(_format_cost(plan))
    _show_problems(plan)
    if not plan.offers:
        return
    _show_terms(plan.source.spec, archive)
    if st.button("Start", type="primary", key="start"):
        options: dict[str, str | None] = {**dict(asked.options), "workers": str(workers)}
        days = asked.first, asked.last
        background.start_pull(archive, asked.source, options, *days, refresh=asked.refresh)
        del st.session_state["planned"]
        st.rerun()


def _format_cost(plan: PullPlan) -> str:
    if not plan.offers:
        done = (
            f" {format_quantity(len(plan.skipped), 'day')} already complete."
            if plan.skipped
            else ""
        )
        return f"There is nothing to download.{done}"
    parts = [f"**{format_quantity(len(plan.days), 'day')}** to read"]
    parts += [format_size(plan.size_bytes)] if plan.size_bytes else []
    parts += [format_quantity(plan.requests, "request")] if plan.requests else []
    parts += [format_quantity(plan.credits, "credit")] if plan.credits else []
    parts += [describe_time(plan) or "time unknown until the first pull"]
    return (
        f"{', '.join(parts)}. {len(plan.skipped):,} already complete, {len(plan.absent):,} not "
        f"offered by the source. The archive grows by about {format_size(plan.disk_needed)}; "
        f"{format_size(plan.disk_free)} are free."
    )


def _show_problems(plan: PullPlan) -> None:
    """Known problems: days with errors, and days that were published again."""
    notes = [note for offer in plan.offers for note in offer.notes]
    wrong = [f"{format_days(o.all_days)}: {o.problem}" for o in plan.offers if o.problem]
    again = [day for day, why in plan.skipped if "published again" in why]
    lines = [*dict.fromkeys(notes), *wrong[:_SHOWN]]
    if len(wrong) > _SHOWN:
        lines.append(f"{format_quantity(len(wrong) - _SHOWN, 'more day')} with problems.")
    if again:
        lines.append(
            f"{format_days(again)}: the source published a new version after the pull. To get it, "
            "switch on “Download complete days again” under “More options”."
        )
    st.markdown("\n".join(f"- {escape_sentence(line)}" for line in lines))


def _show_terms(spec: SourceSpec, archive: Archive) -> None:
    """Licence and terms in full before the first pull of a source, short after it."""
    key = spec.key.partition(".")[0]
    if any(held.partition(".")[0] == key for held in archive.sources()):
        st.caption(f"Licence: {spec.licence}. {spec.attribution}")
        return
    with st.container(border=True):
        st.markdown(
            f"**Before the first pull of “{find_spec(key).title}”**\n"
            f"- Licence: {spec.licence}\n- Terms: {spec.terms}\n"
            f"- Name it as: {spec.attribution}\n- Needs: {spec.needs}"
        )
