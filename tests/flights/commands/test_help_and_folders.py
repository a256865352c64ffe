"""Help fits a screen and shows what belongs to it; commands run from any folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import worlds

from flights import __main__
from flights.archive import Archive
from flights.commands import COMMANDS
from flights.sources import SOURCES, find_spec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LINES, MOST_LINES, WIDTH = 24, 40, 80
LONG = {"table": MOST_LINES, "pull": 28}  # nine options of its own; eleven sources


@pytest.fixture
def help_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", str(WIDTH))

    def help_of(*command: str) -> str:
        with pytest.raises(SystemExit):
            __main__.main([*command, "--help"])
        return capsys.readouterr().out

    return help_of


@pytest.mark.parametrize("command", ["", *COMMANDS, *(f"pull {key}" for key in SOURCES)])
def test_help_fits_a_screen(command: str, help_of) -> None:
    lines = help_of(*command.split()).splitlines()
    assert len(lines) <= LONG.get(command.split(" ")[-1], LINES)
    assert max(map(len, lines)) <= WIDTH


def options_of(key: str) -> set[str]:
    return {f"--{option.name.replace('_', '-')}" for option in find_spec(key).options}


@pytest.mark.parametrize("key", SOURCES)
def test_help_of_a_source_has_its_options_and_no_others(key: str, help_of) -> None:
    shown = help_of("pull", key)
    own = {f"--{option.name.replace('_', '-')}" for option in find_spec(key).options}
    every = {
        f"--{option.name.replace('_', '-')}"
        for each in SOURCES
        for option in find_spec(each).options
    }
    words = set(shown.replace("[", " ").replace("]", " ").split())
    assert words & every == own


def test_help_of_pull_lists_the_sources(help_of) -> None:
    shown = help_of("pull")
    for key in SOURCES:
        assert f"    {key} " in shown or f"    {key}\n" in shown


def run_elsewhere(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_commands_run_from_any_folder_and_name_their_archive(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "archive", tmp_path / "elsewhere"
    elsewhere.mkdir()
    Archive(root).write_day(worlds.records(10))
    study = ROOT / "analysis/study/studies/2025-06-china-iran.toml"
    for command in (("flights", "ledger"), ("analysis", "plan", study)):
        done = run_elsewhere(elsewhere, *command, "--archive", "../archive")
        assert done.returncode == 0, done.stderr
        assert done.stdout
        archive = elsewhere / "../archive"
        assert done.stderr.splitlines()[0] == f"Archive: {archive}"
    assert list(elsewhere.iterdir()) == []
