"""The sources, one module each. A new source is one module, one line here and one test file."""

import importlib
import inspect
from dataclasses import replace
from types import ModuleType

from flights.errors import InvalidInput
from flights.sources.base import (
    SIMULATED_MARK,
    Cost,
    Offer,
    Option,
    Source,
    SourceSpec,
    contents_note,
    narrow,
)

__all__ = [
    "SIMULATED_MARK",
    "SOURCES",
    "Cost",
    "Offer",
    "Option",
    "Source",
    "SourceSpec",
    "contents_note",
    "find_source",
    "find_spec",
    "narrow",
    "open_source",
]

SOURCES = {
    "flight-schedules": "flight_lists.schedules.source",
    "adsblol": "adsblol.source",
    "opdi": "flight_lists.opdi",
    "opensky-lists": "flight_lists.opensky_lists",
    "readsb": "readsb_archive",
    "opensky-rest": "opensky.rest.source",
    "adsbx-samples": "adsbx.source",
    "opensky-trino": "opensky.trino.source",
    "table": "own_table.source",
    "simulated": "simulated.source",
    "simulated-readsb": "simulated.source_readsb",
}
"""Key of a source -> its module in this package, which is imported when needed."""


def find_source(key: str) -> ModuleType:
    """The module of a source: it has `open_source(**options)` and a class with `spec`.

    `key` may be the key of a series: key of the source, a dot and the scope.

    Raises
    ------
    InvalidInput
        No source has this key.
    """
    name = key.partition(".")[0]
    if name not in SOURCES:
        raise InvalidInput(f"There is no source {name!r}. Sources: {', '.join(SOURCES)}.")
    return importlib.import_module(f"flights.sources.{SOURCES[name]}")


def find_spec(key: str) -> SourceSpec:
    """The description of a source, or of a series (see `find_source`); nothing is opened.

    A module whose series are not parts of one whole has `describe_series(part)` for them.
    """
    module = find_source(key)
    name, _, part = key.partition(".")
    if part and hasattr(module, "describe_series"):
        described: SourceSpec = module.describe_series(part)
        return described
    for each in vars(module).values():
        spec = getattr(each, "spec", None)
        if isinstance(each, type) and isinstance(spec, SourceSpec) and spec.key == name:
            return replace(spec, key=key, title=f"{spec.title}, only {part}") if part else spec
    raise LookupError(f"{module.__name__} has no class whose spec has the key {name!r}")


def open_source(key: str, **options: object) -> Source:
    """A source with its options; options that are None are ignored.

    Raises
    ------
    InvalidInput
        There is no such source, a required option is missing, or an option is unknown.
    """
    module = find_source(key)
    given = {name: value for name, value in options.items() if value is not None}
    known = inspect.signature(module.open_source).parameters
    for name in given.keys() - known.keys():
        raise InvalidInput(f"The source {key!r} has no option --{name}.")
    for name, option in known.items():
        if option.default is option.empty and name not in given:
            raise InvalidInput(f"The source {key!r} needs the option --{name}.")
    result: Source = module.open_source(**given)
    return result
