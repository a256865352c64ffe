"""Folders are layers: who may import whom. One tuple says it, the tests below hold it."""

from imports import FOLDER, IMPORTS, MODULES

# From the ground up. A module imports only from its own layer and from those before it.
LAYERS = (
    ("flights", "flights.errors", "flights.config"),
    ("flights.records",),
    ("flights.network",),
    ("flights.reference",),
    ("flights.regions", "flights.cargo"),
    ("flights.legs", "flights.archive"),
    ("flights.reception",),
    ("flights.readsb",),
    ("flights.sources",),
    ("flights.pull",),
    ("flights.query",),
    ("flights.evidence",),
    ("flights.routes",),
    ("flights.planning",),
    ("flights.commands", "flights.__main__"),
    ("analysis", "analysis.study"),
    ("analysis.numerics",),
    ("analysis.estimators",),
    ("analysis.checks",),
    ("analysis.event_study",),
    ("analysis.drawing",),
    ("analysis.reports",),
    ("analysis.commands", "analysis.__main__"),
    ("analysis.blocks",),
    ("analysis.views",),
    ("app",),
)
SCREENS = ("analysis.blocks", "analysis.views", "app")
ARROWS = {(name, other) for name, found in IMPORTS.items() for other in found & MODULES.keys()}


def _layer(module: str) -> int:
    """Place of a module in LAYERS: by its own name, else by that of its folder at depth two."""
    names = {module, ".".join(module.split(".")[:2])}
    places = [place for place, layer in enumerate(LAYERS) if names & set(layer)]
    assert places, f"{module} belongs to no layer: give its folder a place in LAYERS"
    return places[0]


def test_every_import_points_to_an_earlier_layer() -> None:
    assert not sorted(f"{a} -> {b}" for a, b in ARROWS if _layer(b) > _layer(a))


def test_no_two_folders_import_each_other() -> None:
    roots = {"flights", "analysis"}  # their `__init__` is the ground, their `__main__` the top
    pairs = {(FOLDER.get(a), FOLDER.get(b)) for a, b in ARROWS}
    pairs = {(a, b) for a, b in pairs if a != b and not {a, b} & roots}
    assert not [pair for pair in pairs if pair[::-1] in pairs]


def test_only_screens_import_streamlit() -> None:
    users = {name for name, found in IMPORTS.items() if "streamlit" in found}
    assert not [name for name in users if not name.startswith(SCREENS)]
