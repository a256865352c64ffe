"""Who may import whom: the arrows of the house, held by a test."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From upstream to downstream. A module imports only from its own rank or a lower one.
RANKS: tuple[tuple[str, ...], ...] = (
    (
        "flights",
        "flights.errors",
        "flights.config",
        "flights.geo",
        "flights.history",
        "flights.formulas",
        "flights.flags",
        "flights.row_caps",
    ),
    ("flights.ledger", "flights.packed"),
    ("flights.network",),
    ("flights.http",),
    ("flights.records",),
    ("flights.reference",),
    ("flights.ahead", "flights.hours_heard"),
    (
        "flights.gaps",
        "flights.silence",
        "flights.integrity",
        "flights.speed_limits",
        "flights.habits",
        "flights.explanations",
    ),
    ("flights.chains", "flights.route_habits"),
    (
        "flights.readsb",
        "flights.regions",
        "flights.simulated",
        "flights.cargo_evidence",
        "flights.cargo",
        "flights.overrides",
    ),
    ("flights.opensky", "flights.lists", "flights.tables", "flights.adsblol", "flights.adsbx"),
    ("flights.sources",),
    ("flights.coverage",),
    ("flights.redo", "flights.day_files", "flights.archive"),
    (
        "flights.progress",
        "flights.signals",
        "flights.process_marks",
        "flights.places",
        "flights.cruise_sums",
        "flights.sums",
        "flights.facts_build",
        "flights.facts",
    ),
    ("flights.plan", "flights.pull", "flights.pull_offer", "flights.pulls", "flights.planning"),
    ("flights.sql", "flights.moved", "flights.month_rows"),
    ("flights.witnesses",),
    ("flights.questions",),
    ("flights.answers",),
    ("flights.query",),
    ("flights.bounds", "flights.ordinary", "flights.overhead", "flights.region_hearing"),
    ("flights.routes", "flights.explain"),
    ("flights.story_sentences", "flights.hearing"),
    ("flights.export",),
    ("flights.commands", "flights.__main__"),
    ("analysis", "analysis.inference", "analysis.drawing", "analysis.blocks"),
    ("analysis.results",),
    ("analysis.study",),
    ("analysis.cargo_list", "analysis.blocks.own_list"),
    ("analysis.counts",),
    ("analysis.inference.intervals", "analysis.inference.power"),
    ("analysis.inference.window_sums", "analysis.estimators"),
    ("analysis.inference.wording", "analysis.checks", "analysis.inference.controls"),
    (
        "analysis.inference.effects",
        "analysis.inference.control_effects",
        "analysis.inference.verdicts",
        "analysis.inference.provenance",
    ),
    ("analysis.inference.stacks",),
    ("analysis.inference.families",),
    ("analysis.event_study",),
    ("analysis.table_input",),
    ("analysis.drawing.palette", "analysis.drawing.captions"),
    (
        "analysis.drawing.plotting",
        "analysis.drawing.places",
        "analysis.drawing.tables",
        "analysis.drawing.reach",
    ),
    (
        "analysis.drawing.chain_line",
        "analysis.blocks.flight_facts",
        "analysis.blocks.flight_request",
    ),
    ("analysis.drawing.event_marks", "analysis.drawing.interval_rows"),
    ("analysis.drawing.counts_panel", "analysis.drawing.heard_panel", "analysis.drawing.shading"),
    (
        "analysis.charts",
        "analysis.drawing.calendars",
        "analysis.maps",
        "analysis.drawing.still_map",
    ),
    (
        "analysis.drawing.placebo_chart",
        "analysis.drawing.sensitivity_chart",
        "analysis.drawing.forest_chart",
    ),
    ("analysis.drawing.text_tables",),
    ("analysis.drawing.flight_map", "analysis.drawing.habit_strip"),
    ("analysis.drawing.route_habit_table",),
    ("analysis.report", "analysis.list_report"),
    ("analysis.pulling",),
    ("analysis.inference.planning",),
    ("analysis.widgets", "analysis.commands", "analysis.__main__"),
    ("analysis.blocks.question", "analysis.blocks.first_visit", "analysis.blocks.inspector"),
    (
        "analysis.blocks.flight_form",
        "analysis.blocks.special_panel",
        "analysis.blocks.events_panel",
    ),
    (
        "analysis.blocks.panels",
        "analysis.blocks.reasons",
        "analysis.blocks.pull_form",
        "analysis.blocks.pull_watch",
        "analysis.blocks.import_form",
        "analysis.blocks.import_panel",
    ),
    ("analysis.blocks.plan_panel",),
    ("analysis.views",),
    ("app",),
)
REGISTRIES = ("flights.sources", "flights.regions", "analysis.estimators", "analysis.checks")
DATA_FORBIDDEN = ("analysis", "streamlit", "altair", "pydeck", "app")
LAZY = ("pyopensky", "scipy", "statsmodels")


def _module_files() -> list[Path]:
    return [*ROOT.glob("flights/**/*.py"), *ROOT.glob("analysis/**/*.py"), ROOT / "app.py"]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _rank(module: str) -> int | None:
    """Rank of the longest listed name that `module` is or lies in; None where none fits."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        for rank, names in enumerate(RANKS):
            if prefix in names:
                return rank
        if length == 2 and parts[0] in ("flights", "analysis"):
            return None
    return None


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in ("flights", "analysis", "app")


@pytest.mark.parametrize("path", _module_files(), ids=_name)
def test_module_imports_only_from_upstream(path: Path) -> None:
    module = _name(path)
    rank = _rank(module)
    assert rank is not None, f"{module} has no place in the house: give it one in RANKS"
    for other in filter(_is_ours, _imports(ast.parse(path.read_text("utf-8")))):
        place = ROOT / Path(*other.split("."))
        if not (place.with_suffix(".py").exists() or (place / "__init__.py").exists()):
            continue  # a name inside a module; the module itself is in the set too
        other_rank = _rank(other)
        assert other_rank is not None and other_rank <= rank, f"{module} imports {other}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("flights/**/*.py")), ids=_name)
def test_data_knows_nothing_of_pictures(path: Path) -> None:
    imported = {name.split(".")[0] for name in _imports(ast.parse(path.read_text("utf-8")))}
    assert not imported & set(DATA_FORBIDDEN)


@pytest.mark.parametrize("package", REGISTRIES)
def test_members_of_a_list_import_base_and_never_a_sibling(package: str) -> None:
    folder = ROOT / Path(*package.split("."))
    siblings = {_name(path) for path in folder.glob("*.py")} - {package, f"{package}.base"}
    for path in folder.glob("*.py"):
        if path.stem in ("__init__", "base"):
            continue
        unwanted = _imports(ast.parse(path.read_text("utf-8"))) & (siblings - {_name(path)})
        assert not unwanted, f"{_name(path)} imports {unwanted}"


@pytest.mark.parametrize("package", REGISTRIES)
def test_every_member_is_in_the_visible_list_and_has_a_test(package: str) -> None:
    folder = ROOT / Path(*package.split("."))
    listed = (folder / "__init__.py").read_text("utf-8")
    tests = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    for path in folder.glob("*.py"):
        if path.stem in ("__init__", "base"):
            continue
        assert path.stem in listed, f"{path.stem} is missing in the list of {package}"
        assert any(path.stem in text for text in tests), f"{package}.{path.stem} has no test"


@pytest.mark.parametrize("path", _module_files(), ids=_name)
def test_heavy_imports_stay_inside_functions(path: Path) -> None:
    top = [node for node in ast.parse(path.read_text("utf-8")).body if not _runs_later(node)]
    imported = {n.split(".")[0] for n in _imports(ast.Module(body=top, type_ignores=[]))}
    assert not imported & set(LAZY)


def _runs_later(node: ast.stmt) -> bool:
    """Functions and classes, and what only a type checker reads."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.ClassDef)
