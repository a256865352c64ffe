"""What a route could show, said before any day is pulled, agrees with what is found later."""

import math
from datetime import date, timedelta
from pathlib import Path

import made_results as made
import numpy as np
import pytest

from analysis.__main__ import main
from analysis.commands import COMMANDS
from analysis.estimators.placebo_rate_ratio import estimate_rate_ratio
from analysis.event_study import Windows, describe_outlook, estimate_outlook, measure_usual
from analysis.event_study.outlook import find_noticeable, find_rate, find_windows
from analysis.numerics import DailySeries, Design, find_interval
from analysis.study import question as studies
from flights import CONTENTS_SENTENCE
from flights.planning.needed_days import DaySpan, plan_span

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("per_week", "phi"), [(3, 1.0), (14, 1.0), (14, 2.0)])
def test_printed_change_is_found_in_four_of_five_simulated_routes(
    per_week: float, phi: float
) -> None:
    up, _ = find_noticeable(per_week, Windows(), phi=phi)
    rng = np.random.default_rng(3)

    def draw(mean: float) -> np.ndarray:
        if phi == 1:
            return rng.poisson(mean, 400)
        return rng.negative_binomial(mean / (phi - 1), 1 / phi, 400)

    pairs = zip(draw(2 * per_week * up), draw(8 * per_week), strict=True)
    lows = [find_interval(int(a), int(b), m1=14, m0=56, phi=phi)[0] for a, b in pairs]
    assert np.mean([low > 1 for low in lows]) == pytest.approx(0.80, abs=0.06)


def test_printed_change_is_usually_found_by_the_whole_method() -> None:
    up, _ = find_noticeable(14, Windows(), phi=1.0)
    rng, found = np.random.default_rng(4), []
    for _ in range(60):
        mean = np.full(500, 2.0)
        mean[400:414] *= up
        series = DailySeries(
            counts=rng.poisson(mean).astype(float),
            exposure=np.full(500, 100.0),
            weekday=np.arange(500) % 7,
            outage=np.zeros(500, dtype=bool),
        )
        ratio = estimate_rate_ratio(series, Design(400), detectable=False)
        assert ratio is not None
        found.append(ratio.is_significant)
    assert 0.6 <= np.mean(found) <= 0.95


def test_days_are_those_of_the_shortest_plan() -> None:
    for window, baseline in ((14, 56), (7, 28), (28, 112)):
        span = plan_span([date(2050, 6, 1)], window, baseline)
        assert isinstance(span, DaySpan) and Windows(window, baseline).days == len(span)


def test_windows_that_would_do_are_those_with_the_fewest_days() -> None:
    found = find_windows(3, 2.4, phi=1.0)
    assert found is not None and found.window == 28 and not found.usual
    assert find_noticeable(3, found, phi=1.0)[0] <= 2.4
    fewer = Windows(found.window, found.baseline - 7)
    assert find_noticeable(3, fewer, phi=1.0)[0] > 2.4
    assert find_windows(3, 1.5, phi=1.0) is None


def test_rate_from_which_a_change_would_be_noticed_is_one() -> None:
    rate = find_rate(1.5, Windows(), phi=1.0)
    assert find_noticeable(rate, Windows(), phi=1.0)[0] == pytest.approx(1.5, abs=0.01)
    assert find_rate(1.5, Windows(), phi=2.0) > 1.5 * rate


def test_answer_says_more_days_only_where_days_help() -> None:
    first, wish, scatter = describe_outlook(estimate_outlook(3, notice=2.4))
    assert first.startswith(
        "With the usual 3 flights a week of this route, you could notice ×2.75 or more"
    )
    assert "172 days in all" in first
    assert wish.startswith("For ×2.40 you would need 84 more days: 28 days from the event on")
    assert "exploratory" in wish
    assert "(φ = 1)" in scatter and "(φ = 2) it is ×3.79 or more" in scatter
    _, refused, _ = describe_outlook(estimate_outlook(3))
    assert "no number of days is enough" in refused and "from about 13 flights a week" in refused


def test_days_held_are_taken_off() -> None:
    outlook = estimate_outlook(30)
    none, some, all_held = (describe_outlook(outlook, held=held)[1] for held in (0, 100, 172))
    assert none == "For ×1.50 you would need 172 more days."
    assert some == "For ×1.50 you would need 72 more days."
    assert all_held == "For ×1.50 you have enough days."


def test_route_without_flights_is_not_promised_anything() -> None:
    outlook = estimate_outlook(0)
    assert math.isinf(outlook.up) and outlook.enough is None
    assert "no increase of any size" in describe_outlook(outlook)[0]


def test_rate_of_a_record_leaves_the_events_own_days_out() -> None:
    result = made.make_result("change")  # 1.5 a day, 3.5 times as much after the event
    usual = measure_usual(result)
    assert usual.days == made.DAYS - 28
    assert usual.per_week == pytest.approx(7 * 1.5, rel=0.15)
    assert result.lower is not None and usual.phi == result.lower.phi
    short = measure_usual(made.make_result("history"))
    assert short.phi is None
    assert math.isnan(measure_usual(made.make_result("unasked")).per_week)


def test_command_answers_from_a_rate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "--per-week", "3", "--notice", "2.4", "--held", "200"]) == 0
    out = capsys.readouterr().out
    assert "usual 3 flights a week" in out and "need 56 more days" in out
    assert out.rstrip().endswith(CONTENTS_SENTENCE)


def test_command_answers_from_a_study_of_which_days_are_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from flights.archive import Archive
    from flights.pull import plan_pull, run_pull
    from flights.sources import open_source

    archive, first = Archive(tmp_path), date(2050, 9, 26)
    last = first + timedelta(days=9)
    run_pull(plan_pull(open_source("simulated"), archive, first, last), archive)
    study = tmp_path / "study.toml"
    study.write_text(
        f'source = "simulated"\nfirst = {first}\nlast = {last}\norigin = "world:"\n'
        f'destination = "world:"\n[[events]]\nday = {last}\n',
        "utf-8",
    )
    assert main(["power", str(study), "--archive", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("9 complete days: ") and "could notice ×" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "use --per-week"),
        (["--per-week", "-1"], "from 0 to 100,000"),
        (["--per-week", "nan"], "--per-week"),
        (["--per-week", "3", "--notice", "1"], "--notice is an increase above 1"),
        (["--per-week", "3", "--phi", "0.5"], "--phi is 1 or more"),
        (["--per-week", "3", "--window", "9"], "--window is one of"),
    ],
)
def test_command_refuses_with_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.out == ""


def test_every_command_is_listed() -> None:
    folder = Path(studies.__file__).parents[1] / "commands"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "text"}
    assert modules == set(COMMANDS)
