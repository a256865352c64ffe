"""What the README says is so."""

import re
import shlex
from pathlib import Path

import pytest

from flights.__main__ import build_parser
from flights.commands.sources import format_sources
from flights.sources import SOURCES, find_spec

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", README, re.DOTALL)
    assert found, f"README has no block {name!r}"
    return found[1]


def commands(module: str) -> list[str]:
    return re.findall(rf"^\.venv/bin/python -m {module} (.+)$", README, re.MULTILINE)


def test_table_of_sources_is_the_one_the_program_prints() -> None:
    assert block("sources") == format_sources([find_spec(key) for key in SOURCES], "markdown")


@pytest.mark.parametrize("command", commands("flights"))
def test_command_of_the_readme_is_understood(command: str) -> None:
    asked = build_parser().parse_args(shlex.split(command))
    assert callable(asked.command)


def test_set_up_is_one_line_each() -> None:
    for name, requirements in (("start", "requirements.txt"), ("test", "tests/requirements.txt")):
        fence, line, end = block(f"{name} command").splitlines()
        assert (fence, end) == ("```", "```")
        assert f"-r {requirements} &&" in line


@pytest.mark.parametrize("path", re.findall(r"`((?:flights|analysis|tests)/[\w/.]+)`", README))
def test_file_of_the_readme_is_there(path: str) -> None:
    assert (ROOT / path).exists()
