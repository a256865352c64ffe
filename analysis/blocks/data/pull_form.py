"""The form of the Data page that asks a source for days: options, days, price, start."""

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
"""Sources that are imported in a block of their own."""

_UPFRONT = ("regions", "choice")
"""Kinds of option that are shown even where they may be left out."""


@dataclass(frozen=True)
class PullRequest:
    """What the form asks for; `options` by name, those not given left out."""

    source: str
    options: tuple[tuple[str, str], ...]
    first: date | None
    last: date | None
    refresh: bool = False


def can_fill(way: Way) -> bool:
    """False for what has a form of its own."""
    return way.source not in _ELSEWHERE


def fill_form(way: Way) -> None:
    """Have the form ask for what a way of a plan needs."""
    state = st.session_state
    state["d_source"] = way.source
    state[f"from-{way.source}"], state[f"to-{way.source}"] = min(way.days), max(way.days)
    _fill_scope(way.source, way.spec.scope)
    st.toast("The form below is filled in.")


def offer_pull(source: str, archive: Archive) -> None:
    """The form of a source: what to read, which days, what it would cost, start."""
    key = source.partition(".")[0]
    spec = find_spec(key)
    st.subheader(f"Get more days of “{spec.title}”", anchor=False)
    if key in _ELSEWHERE:
        st.caption("A table of your own is imported below.")
        return
    if st.session_state.get("d_filled") != source:
        _fill_scope(key, loaders.find_scope(archive, source))
        st.session_state["d_filled"] = source
    asked, workers = _ask(spec)
    lacking = [o.name for o in spec.options if o.required and o.name not in dict(asked.options)]
    if st.button("Show what it would cost", key="plan", disabled=bool(lacking)):
        st.session_state["planned"] = (asked, _plan(asked, spec, archive))
    planned, plan = st.session_state.get("planned", (None, None))
    if planned == asked:
        _confirm(asked, plan, archive, workers)


def _fill_scope(source: str, scope: str) -> None:
    kind, _, text = scope.partition(":")
    if kind in {option.name for option in find_spec(source).options}:
        st.session_state[_key(source, kind)] = text


def _ask(spec: SourceSpec) -> tuple[PullRequest, int]:
    """What the widgets say, and how many days to read at once."""
    first = [o for o in spec.options if o.required or o.kind in _UPFRONT]
    given = _ask_options(spec, first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        begin, end = (_ask_day(spec, *each) for each in (("First day", "from"), ("Last day", "to")))
    with st.expander("More options"):
        given |= _ask_options(spec, [option for option in spec.options if option not in first])
        refresh = st.toggle(
            "Ask complete days again",
            key=f"refresh-{spec.key}",
            help="Reads days anew that are complete already, and lets a worse answer in.",
        )
        workers = st.selectbox(
            "Days read at once",
            range(1, min(4, os.cpu_count() or 1) + 1),
            key=f"workers-{spec.key}",
            help="Each takes up to 650 MB of memory with a day of world traffic.",
            width=180,
        )
    options = tuple(sorted(given.items()))
    return PullRequest(spec.key, options, begin, end, refresh), workers


def _ask_options(spec: SourceSpec, options: Iterable[Option]) -> dict[str, str]:
    values = {option.name: _ask_option(spec.key, option) for option in options}
    return {name: value for name, value in values.items() if value}


def _ask_option(source: str, option: Option) -> str | None:
    """One option in the control that fits its kind; None where it is not given."""
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
        _name_region(text)
    return text.strip() if text.strip() != (option.default or "") else None


def _name_region(text: str) -> None:
    """Read back what was typed, or say what is wrong with it."""
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
    """The plan, or the sentence why there is none; a remote source is asked what it has."""
    if spec.remote and not (asked.first and asked.last):
        # Else every day there is would be looked for, at servers of others.
        return "Choose the first and the last day; then the source is asked what it has of them."
    doing = f"Asking “{spec.title}” what it has …" if spec.remote else "Looking what there is …"
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
    """The plan with its price and the source's terms; started only now."""
    if isinstance(plan, str):
        st.warning(escape_sentence(plan))
        return
    st.markdown(_state_cost(plan))
    _tell_problems(plan)
    if not plan.offers:
        return
    _say_terms(plan.source.spec, archive)
    if st.button("Start", type="primary", key="start"):
        options: dict[str, str | None] = {**dict(asked.options), "workers": str(workers)}
        days = asked.first, asked.last
        background.start_pull(archive, asked.source, options, *days, refresh=asked.refresh)
        del st.session_state["planned"]
        st.rerun()


def _state_cost(plan: PullPlan) -> str:
    if not plan.offers:
        done = (
            f" {format_quantity(len(plan.skipped), 'day')} complete already."
            if plan.skipped
            else ""
        )
        return f"There is nothing to read.{done}"
    parts = [f"**{format_quantity(len(plan.days), 'day')}** to read"]
    parts += [format_size(plan.size_bytes)] if plan.size_bytes else []
    parts += [format_quantity(plan.requests, "request")] if plan.requests else []
    parts += [format_quantity(plan.credits, "credit")] if plan.credits else []
    parts += [describe_time(plan) or "no pull has measured yet how long that takes"]
    return (
        f"{', '.join(parts)}. {len(plan.skipped):,} complete already, {len(plan.absent):,} not in "
        f"the source. The archive grows by about {format_size(plan.disk_needed)}; "
        f"{format_size(plan.disk_free)} are free."
    )


def _tell_problems(plan: PullPlan) -> None:
    """What is known beforehand: days with something wrong, days published anew."""
    notes = [note for offer in plan.offers for note in offer.notes]
    wrong = [f"{format_days(o.all_days)}: {o.problem}" for o in plan.offers if o.problem]
    anew = [day for day, why in plan.skipped if "published anew" in why]
    lines = [*dict.fromkeys(notes), *wrong[:_SHOWN]]
    if len(wrong) > _SHOWN:
        lines.append(f"{format_quantity(len(wrong) - _SHOWN, 'more day')} with something wrong.")
    if anew:
        lines.append(
            f"{format_days(anew)}: published again since it was pulled. “Ask complete days again” "
            "under “More options” reads it once more."
        )
    st.markdown("\n".join(f"- {escape_sentence(line)}" for line in lines))


def _say_terms(spec: SourceSpec, archive: Archive) -> None:
    """Licence and terms in full before the first pull of a source, in short after it."""
    key = spec.key.partition(".")[0]
    if any(held.partition(".")[0] == key for held in archive.sources()):
        st.caption(f"Licence: {spec.licence}. {spec.attribution}")
        return
    with st.container(border=True):
        st.markdown(
            f"**Before the first pull of “{find_spec(key).title}”**\n"
            f"- Licence: {spec.licence}\n- Terms: {spec.terms}\n"
            f"- Asks to be named as: {spec.attribution}\n- Needs: {spec.needs}"
        )
