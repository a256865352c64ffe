"""Folders are layers: who may import whom. One tuple says it, the tests below hold it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

# From the ground up. A module imports only from its own layer and from those before it.
LAYERS = (
    ("flights", "flights.errors", "flights.config"),
    ("flights.records",),
    ("flights.network",),
    ("flights.reference",),
    ("flights.regions", "flights.cargo"),
    ("flights.legs",),
    ("flights.reception",),
    ("flights.archive",),
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
# Beside `base`: what several members of a list use.
SHARED = ("row_limits", "list_columns", "opensky_gaps")
MEMBERS_APART = ("flights.sources", "flights.regions", "analysis.estimators", "analysis.checks")
SCREENS = ("analysis.blocks", "analysis.views", "app")
PICTURES = ("analysis", "app", "altair", "pydeck", "streamlit")
SLOW_TO_IMPORT = ("pyopensky", "scipy", "statsmodels")


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = (*ROOT.glob("flights/**/*.py"), *ROOT.glob("analysis/**/*.py"), ROOT / "app.py")
MODULES = {_name(path): ast.parse(path.read_text("utf-8")) for path in PATHS}
FOLDER = {_name(path): _name(path.parent / "__init__.py") for path in PATHS if path.parent != ROOT}


def _imports(tree: ast.AST) -> set[str]:
    """Modules and names that any statement below `tree` imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from folder import module` is an arrow to the module, not to the folder's face.
            found |= names & set(MODULES) or {node.module}
    return found


ARROWS = {(name, o) for name, tree in MODULES.items() for o in _imports(tree) & set(MODULES)}


def _layer(module: str) -> int:
    """Place of a module in LAYERS; a module of no listed folder fails the test that asks."""
    parts = module.split(".")
    for prefix in (".".join(parts[:length]) for length in range(len(parts), 0, -1)):
        for place, names in enumerate(LAYERS):
            if prefix in names and (prefix == module or prefix not in ("flights", "analysis")):
                return place
    raise AssertionError(f"{module} belongs to no layer: give its folder a place in LAYERS")


def test_every_import_points_to_an_earlier_layer() -> None:
    against = sorted(f"{a} -> {b}" for a, b in ARROWS if _layer(b) > _layer(a))
    assert not against


def test_no_two_folders_import_each_other() -> None:
    roots = ("flights", "analysis")  # `flights/__init__.py` is the ground, `__main__` the top
    inside = [(FOLDER.get(a), FOLDER.get(b)) for a, b in ARROWS]
    pairs = {(a, b) for a, b in inside if a and b and a != b and not {a, b} & set(roots)}
    assert not sorted((a, b) for a, b in pairs if a < b and (b, a) in pairs)


def test_streamlit_is_known_to_screens_only_and_pictures_to_analysis_only() -> None:
    for name, tree in MODULES.items():
        tops = {each.split(".")[0] for each in _imports(tree)}
        assert name.startswith(SCREENS) or "streamlit" not in tops, name
        assert not name.startswith("flights") or not tops & set(PICTURES), name


def test_members_of_a_list_never_import_each_other() -> None:
    """A member is a module, or a folder that holds one publisher's or kind's modules."""
    for folder in MEMBERS_APART:
        depth = folder.count(".") + 2
        of = {m: ".".join(m.split(".")[:depth]) for m in MODULES if m.startswith(f"{folder}.")}
        shared = {f"{folder}.{each}" for each in ("base", *SHARED)}
        bad = [(a, b) for a, b in ARROWS if a in of and b in of and of[a] != of[b]]
        assert not [pair for pair in bad if not {of[pair[1]], pair[1]} & shared], folder


def test_what_is_slow_to_import_stays_inside_functions() -> None:
    for name, tree in MODULES.items():
        top = [node for node in tree.body if not _runs_later(node)]
        imported = {each.split(".")[0] for each in _imports(ast.Module(body=top, type_ignores=[]))}
        assert not imported & set(SLOW_TO_IMPORT), name


def _runs_later(node: ast.stmt) -> bool:
    """Functions and classes, and what only a type checker reads."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def test_folders_stay_small() -> None:
    root = [each for each in (ROOT / "flights").iterdir() if each.name != "__pycache__"]
    assert len(root) <= 20
    for folder in {path.parent for path in PATHS}:
        assert len(list(folder.glob("*.py"))) <= 13, folder
