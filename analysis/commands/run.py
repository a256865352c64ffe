"""`python -m analysis run`: answer study files from the archive and write their reports."""

import argparse
from pathlib import Path

from analysis.commands.base import Clock, print_answer, print_status
from analysis.commands.text import describe_list, describe_result
from analysis.event_study import list_results, run_study
from analysis.reports import make_folder_names, missing_days, write_list
from analysis.study import Study, StudyResult, count_tries, find_list, read_study
from flights.archive import Archive
from flights.config import Settings, read_settings
from flights.regions import parse_region
from flights.routes import Route, RouteEvidence, load_route
from flights.sources import find_spec

EXAMPLE = "run analysis/study/studies/2025-06-china-iran.toml --out out"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Studies, the folder for reports, the archive, a cargo list."""
    parser.add_argument("studies", nargs="+", help="study files (TOML)", metavar="STUDY")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the reports")
    parser.add_argument(
        "--archive", metavar="DIR", help="the archive (else $FLIGHTS_ARCHIVE, else ./data)"
    )
    parser.add_argument(
        "--cargo",
        metavar="FILE",
        help="your own cargo list (else the study's, else $FLIGHTS_CARGO)",
    )


def run(asked: argparse.Namespace, clock: Clock) -> None:
    """Write one study to the folder, or several to a folder each and adjusted for one another."""
    studies = [read_study(path) for path in asked.studies]
    settings = read_settings(asked.archive)
    made_at = clock().isoformat(timespec="seconds")
    tries = count_tries(*studies)
    answered = [
        answer(study, Path(path).parent, settings, cargo=asked.cargo, tries=tries, made_at=made_at)
        for path, study in zip(asked.studies, studies, strict=True)
    ]
    if len(answered) == 1:
        _write_one(*answered[0], asked)
        return
    found = list_results([result for result, _ in answered])
    folders = make_folder_names(asked.studies)
    flights = [evidence.flights for _, evidence in answered]
    written = write_list(found, flights, Path(asked.out), folders)
    print_answer(describe_list(found, folders, numbers=False))
    for name, (result, evidence) in zip(folders, answered, strict=True):
        for line in _describe_missing(result, evidence, asked):
            print_status(f"{name}: {line}")
    names = ", ".join(path.name for path in written)
    print_status(f"Written to {asked.out}: {names}, and one folder per study.")


def answer(
    study: Study,
    folder: Path,
    settings: Settings,
    *,
    cargo: str | None = None,
    tries: dict[str, int] | None = None,
    made_at: str = "",
) -> tuple[StudyResult, RouteEvidence]:
    """The answer to a study from the archive, and its evidence.

    The path of the study's cargo list is relative to `folder`.
    """
    spec = find_spec(study.source)
    study, own = find_list(study, folder, chosen=cargo, usual=settings.cargo)
    origin, destination = parse_region(study.origin), parse_region(study.destination)
    route = Route(origin, destination, study.min_grade, own)
    archive = Archive(settings.archive)
    print_status(f"Archive: {archive.root.absolute()}")
    evidence = load_route(archive, route, source=study.source, first=study.first, last=study.last)
    return run_study(study, evidence, spec=spec, tries=tries, made_at=made_at), evidence


def _write_one(result: StudyResult, evidence: RouteEvidence, asked: argparse.Namespace) -> None:
    from analysis.reports import write_outputs

    paths = write_outputs(result, evidence.flights, Path(asked.out))
    print_answer(describe_result(result))
    for line in _describe_missing(result, evidence, asked):
        print_status(line)
    print_status(f"Written to {asked.out}: {', '.join(path.name for path in paths)}.")


def _describe_missing(
    result: StudyResult, evidence: RouteEvidence, asked: argparse.Namespace
) -> list[str]:
    return missing_days.describe_missing(result, archive=asked.archive, ledger=evidence.ledger)
