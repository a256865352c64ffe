"""What the README and its neighbours say is so."""

import re
import shlex
from pathlib import Path

import pytest

import analysis.__main__
import flights.__main__
from flights.commands.sources import format_sources
from flights.sources import SOURCES, find_spec

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = ("README.md", ".github/CONTRIBUTING.md", "tests/bench/README.md")
PARSERS = {"flights": flights.__main__.build_parser, "analysis": analysis.__main__.build_parser}


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", README, re.DOTALL)
    assert found, f"README has no block {name!r}"
    return found[1]


def commands() -> list[tuple[str, str]]:
    modules = "|".join(PARSERS)
    return re.findall(rf"^\.venv/bin/python -m ({modules}) (.+)$", README, re.MULTILINE)


def paths() -> set[str]:
    """Files that the pages name; a name with `<...>` is a pattern, not a file."""
    text = "\n".join((ROOT / page).read_text("utf-8") for page in PAGES)
    return set(re.findall(r"(?<![\w/])(?:flights|analysis|tests|\.github)/[\w/.-]+\w", text))


def test_table_of_sources_is_the_one_the_program_prints() -> None:
    assert block("sources") == format_sources([find_spec(key) for key in SOURCES], "markdown")


@pytest.mark.parametrize(("module", "command"), commands())
def test_command_of_the_readme_is_understood(module: str, command: str) -> None:
    asked = PARSERS[module]().parse_args(shlex.split(command))
    assert callable(asked.command)


def test_both_command_lines_are_shown() -> None:
    assert {module for module, _ in commands()} == set(PARSERS)


def test_set_up_is_one_line_each() -> None:
    for name, requirements in (("start", "requirements.txt"), ("test", "tests/requirements.txt")):
        fence, line, end = block(f"{name} command").splitlines()
        assert (fence, end) == ("```", "```")
        assert f"-r {requirements} &&" in line


def test_files_that_the_pages_name_are_there() -> None:
    missing = {path for path in paths() if not (ROOT / path).exists()}
    assert not missing
    assert len(paths()) > 20


def test_pages_name_no_machine_of_ours() -> None:
    for page in PAGES:
        assert not re.search(r"/(?:home|root|tmp|work)/", (ROOT / page).read_text("utf-8")), page
