"""`python -m flights pull`: what it asks, says and returns."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest
import worlds
from made_source import SPEC, Source, day
from tiny_days import tiny_tar
from worlds import DAY, SOURCE

from flights import CONTENTS_SENTENCE, __main__, sources
from flights.archive import Archive
from flights.config import read_settings
from flights.errors import RateLimited, SourceUnavailable
from flights.pull.background import list_pulls, read_progress
from flights.sources import Option, SourceSpec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
REMOTE = replace(SPEC, remote=True, licence="ODbL 1.0", terms="ask politely")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The archive that the environment names; it holds one day."""
    root = tmp_path / "archive"
    Archive(root).write_day(worlds.records(10))
    return root


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command here: exit code, standard output, standard error."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = __main__.main([str(each) for each in arguments])
        except SystemExit as error:
            code = int(error.code or 0)
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch):
    """Put a source of the tests among the sources; what it was opened with."""
    given: dict[str, object] = {}

    def give(source: Source) -> dict[str, object]:
        module = ModuleType("flights.sources.made_up")
        module.Source = type("Source", (), {"spec": source.spec})  # type: ignore[attr-defined]
        names = ", ".join(f"{option.name}=None" for option in source.spec.options)
        opened = {"given": given, "source": source}
        text = f"def open_source(*, {names}): given.update(locals()); return source"
        exec(text if names else "def open_source(): return source", opened)
        module.open_source = opened["open_source"]  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(sources.SOURCES, SOURCE, "made_up")
        return given

    return give


def test_pull_fills_the_archive_and_says_what_it_costs(run, made_up, root: Path) -> None:
    made_up(Source(3))
    code, out, err = run("pull", SOURCE, "--yes")
    assert (code, out) == (0, "")
    assert f"{SOURCE}: 2 days to read: 4 requests, 2.0 MB, 8 credits." in err
    assert f"Days: {day(1)} to {day(2)}." in err
    assert f"Left out: 1 day complete already ({day(0)})." in err
    assert "are free" in err
    assert f"{day(1)} complete: 5 flights" in err
    assert "Pull finished: 1 skipped, 2 complete." in err
    assert CONTENTS_SENTENCE in err
    assert len(Archive(root).read_ledger(SOURCE)) == 3
    assert run("pull", SOURCE)[0] == 0


def test_pull_that_stored_less_than_asked_returns_one(run, made_up, root: Path) -> None:
    made_up(Source(3, ((1, "boom"),)))
    code, _, err = run("pull", SOURCE)
    assert code == 1
    assert "1 failed" in err
    made_up(Source(3, ((1, "partial"),)))
    assert run("pull", SOURCE)[0] == 1
    made_up(Source(3))
    assert run("pull", SOURCE)[0] == 0
    code, _, err = run("pull", SOURCE, "--from", DAY, "--to", DAY + timedelta(days=5))
    assert code == 1
    assert f"Not in the source: 3 days ({day(3)} to {day(5)})." in err


def test_pull_that_is_paused_says_when_to_go_on_and_returns_one(run, made_up, root) -> None:
    made_up(Source(4, ((2, "limited"),)))
    code, _, err = run("pull", SOURCE)
    assert code == 1
    assert "Pull paused: 1 skipped, 1 complete, 2 not asked." in err
    assert "Example asks to wait 3 h 10 min. Run the same command again after" in err
    [paused] = list_pulls(root)
    assert (paused.state, paused.resume_at is None) == ("paused", False)


def test_pull_keeps_its_progress_where_the_app_looks(run, made_up, root: Path) -> None:
    made_up(Source(2))
    assert run("pull", SOURCE, "--yes", "--progress-id", "1-a")[0] == 0
    assert read_progress(root, "1-a").state == "finished"
    assert run("pull", SOURCE, "--refresh")[0] == 0
    assert [each.state for each in list_pulls(root)] == ["finished", "finished"]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RateLimited("Example asks to wait 1 h.", 3600.0), "paused"),
        (SourceUnavailable("example.org cannot be reached."), "failed"),
        (KeyboardInterrupt(), "cancelled"),
    ],
)
def test_what_happens_while_planning_is_told_where_the_app_looks(
    run, made_up, root: Path, monkeypatch, error: BaseException, state: str
) -> None:
    made_up(Source(2))
    seen = []

    def offers(*_: object) -> None:
        seen.append(read_progress(root, "1-a"))
        raise error

    monkeypatch.setattr(Source, "offers", offers)
    code = run("pull", SOURCE, "--yes", "--progress-id", "1-a")[0]
    assert code == (130 if state == "cancelled" else 1)
    [before], end = seen, read_progress(root, "1-a")
    assert (before.state, before.pid) == ("running", os.getpid())
    assert end.state == state
    assert (end.resume_at is not None) == (state == "paused")


def test_second_pull_knows_how_long_it_takes(run, made_up, root: Path) -> None:
    made_up(Source(3, ((1, "slow"),)))
    assert "about" not in run("pull", SOURCE)[2].splitlines()[1]
    said = run("pull", SOURCE, "--refresh")[2].splitlines()[1]
    assert "3 days to read: 6 requests, 3.0 MB, 12 credits, about 1 s." in said


def test_first_pull_of_a_source_shows_its_terms(run, made_up, tmp_path: Path) -> None:
    made_up(Source(2, spec=REMOTE))
    code, _, err = run("pull", SOURCE, "--yes")
    assert code == 0
    for said in ("Licence: ODbL 1.0", "Attribution: nobody", "Terms: ask politely"):
        assert said in err
    assert "Licence" not in run("pull", SOURCE, "--yes")[2]


def test_servers_of_others_are_not_asked_unless_somebody_said_yes(run, made_up, root) -> None:
    made_up(Source(3, spec=REMOTE))
    code, _, err = run("pull", SOURCE)
    assert code == 2
    assert "add --yes" in err
    assert len(Archive(root).read_ledger(SOURCE)) == 1
    assert run("pull", SOURCE, "--yes")[0] == 0
    assert run("pull", SOURCE)[0] == 0  # nothing left to ask


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 1), ("", 1)])
def test_terminal_is_asked_before_anything_is_read(
    run, made_up, root, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    made_up(Source(3))
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", screen)
    assert run("pull", SOURCE)[0] == code
    assert "Start? [y/N]" in screen.getvalue()
    assert ("Nothing was read." in screen.getvalue()) == (code == 1)
    assert len(Archive(root).read_ledger(SOURCE)) == (3 if code == 0 else 1)


def test_full_disk_is_said_before_anybody_is_asked(run, made_up, root, monkeypatch) -> None:
    made_up(Source(3))
    monkeypatch.setattr("flights.pull.plan._free", lambda folder: 1000)
    code, _, err = run("pull", SOURCE)
    assert code == 1
    assert "free some space or pull fewer days" in err
    assert len(Archive(root).read_ledger(SOURCE)) == 1


def test_source_gets_the_options_it_declares(run, made_up, root: Path, monkeypatch) -> None:
    options = (
        Option("path", "Where 50 % of it lies.", "path"),
        Option("regions", "Which airports.", "regions"),
        Option("keep_files", "Keep them.", "flag"),
        Option("aircraft", "Names airframes.", "path"),
    )
    given = made_up(Source(2, spec=replace(SPEC, options=options)))
    monkeypatch.setenv("FLIGHTS_AIRCRAFT", "/tables/aircraft.csv.gz")
    assert run("pull", SOURCE, "--regions", "airport:ELLX", "--keep-files")[0] == 0
    assert given == {
        "path": None,
        "regions": "airport:ELLX",
        "keep_files": "yes",
        "aircraft": "/tables/aircraft.csv.gz",
    }
    assert run("pull", SOURCE, "--aircraft", "mine.csv")[0] == 0
    assert (given["aircraft"], given["keep_files"]) == ("mine.csv", None)
    _, out, _ = run("pull", SOURCE, "--help")
    assert "Where 50 % of it lies." in " ".join(out.split())
    code, _, err = run("pull", "simulated", "--regions", "airport:ELLX")
    assert code == 2
    assert "unrecognized arguments: --regions" in err


def test_no_source_declares_an_option_of_the_command_itself() -> None:
    own = {"archive", "source", "from", "to", "refresh", "yes", "workers", "scheduler"}
    own |= {"progress-id", "help"}
    for key in sources.SOURCES:
        spec = sources.find_spec(key)
        assert isinstance(spec, SourceSpec)
        assert not own & {option.name.replace("_", "-") for option in spec.options}


def test_options_of_the_same_name_are_of_the_same_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for key in sources.SOURCES:
        for option in sources.find_spec(key).options:
            kinds.setdefault(option.name, set()).add(option.kind)
    assert not {name: each for name, each in kinds.items() if "flag" in each and len(each) > 1}


def test_simulated_days_say_so(run, made_up) -> None:
    made_up(Source(1, spec=replace(SPEC, simulated=True)))
    assert "SIMULATED" in run("pull", SOURCE)[2]


def test_pull_of_a_folder_that_is_no_archive_leaves_all_as_it_was(run, root, tmp_path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_bytes(b"\xff\xd8")
    before = sorted(root.rglob("*"))
    code, _, err = run("pull", "readsb", "--path", tmp_path / "holiday")
    assert code == 2
    assert "holiday" in err
    assert sorted(root.rglob("*")) == before


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "flights", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(("how", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
def test_pull_that_is_told_to_end_leaves_whole_days(
    tmp_path: Path, how: signal.Signals, workers: int
) -> None:
    root, lying = tmp_path / "archive", tmp_path / "tars"
    lying.mkdir()
    for n in range(80):
        each = date(2031, 3, 1) + timedelta(days=n)
        name = f"v{each:%Y.%m.%d}-planes-readsb-prod-0.tar"
        (lying / name).write_bytes(tiny_tar(each))
    process = start(
        *("pull", "readsb", "--path", lying, "--yes"), *("--archive", root, "--workers", workers)
    )
    give_up = time.monotonic() + 60
    while not list(root.glob("ledger/*/*.json")) and time.monotonic() < give_up:
        time.sleep(0.1)
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does it
    else:
        process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped as asked" in said
    assert "Traceback" not in said
    assert not [path for path in (root / "redo").rglob("*") if path.is_file()]
    assert not list((root / "pulls").glob(".work-*"))
    ledger = Archive(root).read_ledger("readsb", verify=True)
    assert {entry.status for entry in ledger.values()} == {"complete"}
    assert 0 < len(ledger) < 80
    assert [path.name for path in (root / "ledger").iterdir()] == ["readsb"]
    assert [each.state for each in list_pulls(root)] == ["cancelled"]


def test_interrupt_that_got_lost_in_foreign_code_is_raised_again(
    made_up, root: Path, monkeypatch
) -> None:
    handlers: dict[int, Callable[..., None]] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    collect = Source.collect

    def swallowing(self, offer, report):
        if offer.day == day(2):
            with suppress(KeyboardInterrupt):
                handlers[signal.SIGTERM](signal.SIGTERM, None)
        return collect(self, offer, report)

    monkeypatch.setattr(Source, "collect", swallowing)
    made_up(Source(6))
    assert __main__.main(["pull", SOURCE]) == 130
    assert len(Archive(root).read_ledger(SOURCE)) == 2


def test_downloads_go_to_the_cache_of_the_archive_that_was_named(
    run, made_up, tmp_path: Path
) -> None:
    made_up(Source(1))
    assert run("pull", SOURCE, "--archive", tmp_path / "other")[0] == 0
    assert read_settings().cache == tmp_path / "other" / "cache"


def test_newest_edition_of_the_aircraft_table_names_airframes(
    run, made_up, root, monkeypatch
) -> None:
    given = made_up(Source(1, spec=replace(SPEC, options=(Option("aircraft", "Names."),))))
    monkeypatch.setattr(
        "flights.commands.pull.current_aircraft", lambda settings, given: settings.cache / "a.csv"
    )
    assert run("pull", SOURCE)[0] == 0
    assert given["aircraft"] == str(root / "cache" / "a.csv")
