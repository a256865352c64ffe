"""Options of a source on the command line, made from its spec."""

import argparse

from flights.sources import Option, SourceSpec

_PREFIX = "option_"  # so that an option of a source cannot replace one of the command


def add_source_options(parser: argparse.ArgumentParser, spec: SourceSpec) -> None:
    """`--name VALUE` for every option of the source; a flag has no value."""
    if not spec.options:
        return
    group = parser.add_argument_group(f"options of {spec.key}")
    for option in spec.options:
        name, dest = f"--{option.name.replace('_', '-')}", _PREFIX + option.name
        text = _format_help(option).replace("%", "%%")
        if option.kind == "flag":
            group.add_argument(name, dest=dest, help=text, action="store_const", const="yes")
        else:
            group.add_argument(
                name, dest=dest, help=text, metavar=metavar_of(option), required=option.required
            )


def read_source_options(asked: argparse.Namespace) -> dict[str, str | None]:
    """Values by the source's own option names; None where an option was not given."""
    return {
        name.removeprefix(_PREFIX): value
        for name, value in vars(asked).items()
        if name.startswith(_PREFIX)
    }


def metavar_of(option: Option) -> str:
    """The word that replaces the value in help."""
    return {"path": "PATH", "regions": "REGIONS"}.get(option.kind, "VALUE")


def _format_help(option: Option) -> str:
    notes = [", ".join(option.choices)] if option.choices else []
    notes += [f"default: {option.default}"] if option.default else []
    return f"{option.help} ({'; '.join(notes)})" if notes else option.help
