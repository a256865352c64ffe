"""Command line: `python -m analysis run | series`.

The verdict goes to standard output, how it went to standard error. Returns 0 when it did what
it said (a study that ends in no verdict is answered too), 1 when data or folder failed, 2 when
the question cannot be followed.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from analysis import pulling, wording
from analysis.captions import note_of
from analysis.cargo_list import find_list
from analysis.event_study import judge_counts, run_study
from analysis.results import StudyResult, to_json
from analysis.study import Event, Study, read_study, validate_design
from analysis.table_input import describe_table, read_counts
from flights import CONTENTS_SENTENCE, __version__
from flights.errors import FlightDataError, InvalidInput
from flights.history import WINDOWS
from flights.pull import utc_now

DONE, FAILED, NOT_UNDERSTOOD, STOPPED = 0, 1, 2, 130
Clock = Callable[[], datetime]


def main(arguments: Sequence[str] | None = None, *, clock: Clock = utc_now) -> int:
    """Run one command; the exit code."""
    asked = build_parser().parse_args(arguments)
    try:
        asked.command(asked, clock)
        sys.stdout.flush()
    except InvalidInput as error:
        tell(f"analysis: {error}")
        return NOT_UNDERSTOOD
    except FlightDataError as error:
        tell(f"analysis: {error}")
        return FAILED
    except KeyboardInterrupt:
        tell("analysis: stopped as asked.")
        return STOPPED
    return DONE


def tell(text: str) -> None:
    """A line for the person, beside the answer."""
    print(text, file=sys.stderr, flush=True)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Answer a study from the archive, or try the method on a table of counts.",
        epilog=CONTENTS_SENTENCE,
    )
    parser.add_argument("--version", action="version", version=f"analysis {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="answer a study file and write its report")
    run.add_argument("study", help="the study, a TOML file")
    run.add_argument("--out", required=True, metavar="DIR", help="folder for the report")
    run.add_argument(
        "--archive", metavar="DIR", help="the archive (else $FLIGHTS_ARCHIVE, else ./data)"
    )
    run.add_argument(
        "--cargo", metavar="FILE", help="cargo list of your own (else the study's, $FLIGHTS_CARGO)"
    )
    run.set_defaults(command=_run)
    series = commands.add_parser("series", help="judge a table of counts per day")
    series.add_argument("table", help="a CSV file: day, count and, where known, exposure")
    series.add_argument(
        "--event", required=True, action="append", metavar="DATE", help="may be given again"
    )
    series.add_argument("--window", type=int, default=14, help=f"days, one of {WINDOWS}")
    series.add_argument("--json", action="store_true", help="print the whole result as JSON")
    series.set_defaults(command=_judge_series)
    return parser


def _run(asked: argparse.Namespace, clock: Clock) -> None:
    study = read_study(asked.study)
    # Here, so that a table of counts can be judged without the archive's machinery.
    from analysis.report import write_outputs
    from flights.archive import Archive
    from flights.config import read_settings
    from flights.regions import parse_region
    from flights.routes import Route, load_route
    from flights.sources import find_spec

    spec = find_spec(study.source)
    settings = read_settings(asked.archive)
    archive, folder = Archive(settings.archive), Path(asked.study).parent
    study, own = find_list(study, folder, chosen=asked.cargo, usual=settings.cargo)
    origin, destination = parse_region(study.origin), parse_region(study.destination)
    route = Route(origin, destination, study.min_grade, own)
    evidence = load_route(archive, route, source=study.source, first=study.first, last=study.last)
    made_at = clock().isoformat(timespec="seconds")
    result = run_study(study, evidence, spec=spec, made_at=made_at)
    paths = write_outputs(result, evidence.flights, Path(asked.out))
    print("\n".join(_tell_result(result)))
    for line in pulling.tell_missing(result, archive=asked.archive, ledger=evidence.ledger):
        tell(line)
    tell(f"Written to {asked.out}: {', '.join(path.name for path in paths)}.")


def _judge_series(asked: argparse.Namespace, _: Clock) -> None:
    counts = read_counts(asked.table)
    study = Study(
        source="table",
        first=counts.days[0],
        last=counts.days[-1],
        origin="world:",
        destination="world:",
        events=tuple(Event(_read_day(text)) for text in asked.event),
        window=asked.window,
        min_grade="possible",
    )
    validate_design(study)
    result = judge_counts(study, counts, describe_table(asked.table))
    if asked.json:
        print(json.dumps(to_json(result), indent=2, ensure_ascii=False))
    else:
        print("\n".join([*_tell_result(result), *_tell_numbers(result)]))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--event is a date like 2025-06-13, not {text!r}.") from error


def _tell_result(result: StudyResult) -> list[str]:
    verdict = result.verdict
    badges = f" [{', '.join(verdict.badges)}]" if verdict.badges else ""
    made_up = "SIMULATED · " if result.simulated else ""
    lines = [
        made_up + wording.write_heading(verdict.kind, verdict.direction) + badges,
        verdict.sentence,
        verdict.bound_note,
        *result.notes,
    ]
    for other in result.others:
        heading = wording.write_heading(other.verdict.kind, other.verdict.direction)
        lines += [f"{wording.write_date(other.event)}: {heading}", other.verdict.sentence]
    return [*filter(None, lines), note_of(result)]


def _tell_numbers(result: StudyResult) -> list[str]:
    effect = result.lower
    if effect is None:
        return []
    shown = {
        "N1": effect.n1,
        "N0": effect.n0,
        "expected": effect.expected,
        "RR": effect.rr,
        "lo": effect.lo,
        "hi": effect.hi,
        "s": effect.s,
        "n": effect.n_compared,
        "r": effect.r,
        "p": effect.p,
        "phi": effect.phi,
        "C": effect.coverage,
        "kappa": effect.kappa,
        "MDE up": effect.mde_up,
        "MDE down": effect.mde_down,
    }
    numbers = [f"  {name:<9} {value:.6g}" for name, value in shown.items()]
    checks = [f"  {check.outcome:<15} {check.title}: {check.sentence}" for check in result.checks]
    return ["", *numbers, "", *checks]


if __name__ == "__main__":
    sys.exit(main())
