"""Options of the sources on the command line, made of what their specs declare."""

import argparse
from collections import defaultdict

from flights.sources import SOURCES, Option, SourceSpec, find_spec

_PREFIX = "option_"  # keeps a source's option apart from those of the command


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """`--name VALUE` for every option of every source, flags without a value."""
    declared: dict[str, list[tuple[SourceSpec, Option]]] = defaultdict(list)
    for spec in map(find_spec, SOURCES):
        for option in spec.options:
            declared[option.name].append((spec, option))
    group = parser.add_argument_group("options of the sources")
    for name, known in declared.items():
        flag = {"action": "store_const", "const": "yes"} if known[0][1].kind == "flag" else {}
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=_PREFIX + name,
            help=_help(known).replace("%", "%%"),
            **(flag or {"metavar": _metavar(known[0][1])}),  # type: ignore[arg-type]
        )


def read_source_options(asked: argparse.Namespace) -> dict[str, str | None]:
    """What was given, by the names the sources know; None where nothing was."""
    return {
        name.removeprefix(_PREFIX): value
        for name, value in vars(asked).items()
        if name.startswith(_PREFIX)
    }


def _metavar(option: Option) -> str:
    return {"path": "PATH", "regions": "REGIONS"}.get(option.kind, "VALUE")


def _help(known: list[tuple[SourceSpec, Option]]) -> str:
    """One sentence where the sources mean the same, else one each."""
    texts: dict[str, list[str]] = defaultdict(list)
    for spec, option in known:
        choices = f" ({', '.join(option.choices)})" if option.choices else ""
        default = f" Else {option.default}." if option.default else ""
        texts[f"{option.help}{choices}{default}"].append(spec.key)
    return " ".join(f"{', '.join(keys)}: {text}" for text, keys in texts.items())
