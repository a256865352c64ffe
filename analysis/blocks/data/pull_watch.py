"""Running pulls and the latest that ended, on the Data page."""

import time
from collections.abc import Iterable

import streamlit as st

from analysis.blocks import loaders
from analysis.blocks.data.reasons import show_reasons
from analysis.drawing.captions import escape_sentence, format_days, format_quantity
from flights.archive import Archive
from flights.pull import DayProgress, PullProgress, background
from flights.records.amounts import format_moment, format_size, format_span

_REFRESH_S = 1.0
_REDRAW_S = 15.0
_SHOWN = 5
_RUNNING = 3
_REASONS = 8
_UNDONE = ("waiting", "running")
_BAD = ("failed", "partial")


def show_pulls(archive: Archive) -> None:
    """Running pulls with a stop button, and the latest that ended; also after a reload."""
    found = background.list_pulls(archive)
    if found:
        st.subheader("Pulls", anchor=False)
        running = any(each.state == "running" for each in found)
        st.session_state["pulls_drawn"] = _count_ended(found), time.monotonic()
        st.fragment(_watch, run_every=_REFRESH_S if running else None)(archive)


def _watch(archive: Archive) -> None:
    found = background.list_pulls(archive)[:_SHOWN]
    latest = {each.source: each.id for each in reversed(found)}
    ended = [each for each in found if not _matters(each, latest)]
    for progress in found:
        if progress not in ended:
            with st.container(border=True, gap="xsmall"):
                _show_pull(progress, archive, is_latest=latest[progress.source] == progress.id)
    if ended:
        with st.expander(f"Earlier pulls ({len(ended)})"):
            for progress in ended:
                _show_pull(progress, archive, is_latest=False)
    before, now = st.session_state.get("pulling"), any(p.state == "running" for p in found)
    st.session_state["pulling"] = now
    if (before and not now) or _is_behind(found):
        st.rerun()


def _is_behind(found: list[PullProgress]) -> bool:
    """True if days have arrived since the page was drawn and that is some time ago."""
    ended, drawn_at = st.session_state["pulls_drawn"]
    return bool(_count_ended(found) != ended) and time.monotonic() - drawn_at > _REDRAW_S


def _count_ended(found: list[PullProgress]) -> int:
    """Days that are done in the shown pulls."""
    return sum(day.state not in _UNDONE for each in found[:_SHOWN] for day in each.days)


def _matters(progress: PullProgress, latest: dict[str, str]) -> bool:
    """True if a pull runs, or is the latest of its source and not all days are complete."""
    if progress.state == "running":
        return True
    return latest[progress.source] == progress.id and _has_more(progress)


def _has_more(progress: PullProgress) -> bool:
    """True if another try could complete a day.

    A simulated failure stays a failure, and a table gives the same result until the user imports
    it with other settings.
    """
    if progress.state != "finished":
        return True
    own = progress.source.partition(".")[0] == "table"
    same = own or loaders.is_simulated(progress.source)
    return not same and any(day.state in _BAD for day in progress.days)


def _show_pull(progress: PullProgress, archive: Archive, *, is_latest: bool) -> None:
    if progress.state == "running":
        _show_running(progress, archive)
        return
    st.markdown(
        f"{_count_days(progress, archive)}, {progress.state}. {escape_sentence(progress.message)}"
    )
    if progress.state == "paused":
        when = progress.resume_at
        st.markdown(
            f"You can continue it from {format_moment(when)}."
            if when
            else "You can continue it later."
        )
    _show_bad([day for day in progress.days if day.state in _BAD])
    if is_latest and _has_more(progress):
        _offer_again(progress, archive)


def _offer_again(progress: PullProgress, archive: Archive) -> None:
    """A button that downloads the days that are not complete; complete days do not change."""
    if not background.can_start_again(archive, progress.id):
        return
    label = "Continue" if progress.state in ("paused", "cancelled") else "Try again"
    if st.button(label, key=f"again-{progress.id}"):
        background.start_again(archive, progress.id)
        st.rerun()


def _show_running(progress: PullProgress, archive: Archive) -> None:
    ended = sum(day.state not in _UNDONE for day in progress.days)
    left = f", {format_span(progress.seconds_left)} left" if progress.seconds_left else ""
    share = ended / len(progress.days) if progress.days else 0.0
    st.progress(max(progress.share, share), f"{_count_days(progress, archive)}{left}")
    figures = " · ".join(_list_figures(progress))
    if figures:
        st.caption(figures)
    for day in [day for day in progress.days if day.state == "running"][:_RUNNING]:
        st.caption(
            f"{format_days([day.day])}: {escape_sentence(day.message or 'reading')} "
            f"({day.share:.0%})"
        )
    if st.button("Stop", key=f"stop-{progress.id}"):
        background.cancel_pull(archive, progress.id)
    _show_bad([day for day in progress.days if day.state in _BAD])


def _count_days(progress: PullProgress, archive: Archive) -> str:
    ended = sum(day.state not in _UNDONE for day in progress.days)
    name = loaders.format_series(archive, progress.source) or "A pull"
    return f"{name}: {ended:,} of {format_quantity(len(progress.days), 'day')}"


def _list_figures(progress: PullProgress) -> list[str]:
    """Days by state, and the size and rate of the download."""
    states = [day.state for day in progress.days]
    names = {"skipped": "already complete"}
    found = [f"{states.count(each):,} {names.get(each, each)}" for each in dict.fromkeys(states)]
    if progress.bytes_total:
        done, total = map(format_size, (progress.bytes_done, progress.bytes_total))
        found.append(f"{done} of {total}")
    if progress.rate_bytes_s:
        found.append(f"{format_size(progress.rate_bytes_s)} per second")
    if progress.flights:
        found.append(format_quantity(progress.flights, "flight"))
    if progress.positions:
        found.append(format_quantity(progress.positions, "position"))
    return found


def _show_bad(days: Iterable[DayProgress]) -> None:
    """Failed and partial days, by reason."""
    grouped: dict[tuple[str, str], list[DayProgress]] = {}
    for day in days:
        grouped.setdefault((day.state, day.message), []).append(day)
    if not grouped:
        return
    show_reasons(
        ([each.day for each in found], state, why or "–")
        for (state, why), found in list(grouped.items())[:_REASONS]
    )
    if len(grouped) > _REASONS:
        st.caption(
            f"{len(grouped) - _REASONS} more reasons; the calendar shows the reason for each day."
        )
