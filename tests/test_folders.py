"""What holds for folders and modules apart from the layers: lists, sizes, names, slow imports."""

import ast
from collections import Counter

from imports import IMPORTS, MODULES, PATHS, ROOT, find_imports

MEMBERS_APART = ("flights.sources", "flights.regions", "analysis.estimators", "analysis.checks")
# Next to `base`: what several members of a list use.
SHARED = ("base", "row_limits", "list_columns", "opensky_gaps")
PICTURES = {"analysis", "app", "altair", "pydeck", "streamlit"}
SLOW_TO_IMPORT = {"pyopensky", "scipy", "statsmodels", "rich"}
MOST_IN_ROOT, MOST_MODULES, MOST_LINES = 20, 13, 400


def test_data_know_nothing_of_pictures() -> None:
    flights = {name: found for name, found in IMPORTS.items() if name.startswith("flights")}
    assert not [name for name, found in flights.items() if found & PICTURES]


def test_members_of_a_list_never_import_each_other() -> None:
    """A member is a module, or a folder with the modules of one publisher."""
    for folder in MEMBERS_APART:
        depth = folder.count(".") + 2
        of = {m: ".".join(m.split(".")[:depth]) for m in MODULES if m.startswith(f"{folder}.")}
        shared = {f"{folder}.{name}" for name in SHARED}
        arrows = {(a, b) for a in of for b in IMPORTS[a] if of.get(b) not in (None, of[a], *shared)}
        assert not arrows, folder


def test_what_is_slow_to_import_stays_inside_functions() -> None:
    for name, tree in MODULES.items():
        top = ast.Module([node for node in tree.body if not _runs_later(node)], type_ignores=[])
        assert not find_imports(top) & SLOW_TO_IMPORT, name


def _runs_later(node: ast.stmt) -> bool:
    """Functions and classes, and what only a type checker reads."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def test_folders_and_files_stay_small() -> None:
    root = [each for each in (ROOT / "flights").iterdir() if each.name != "__pycache__"]
    assert len(root) <= MOST_IN_ROOT
    for folder, count in Counter(path.parent for path in PATHS).items():
        assert count <= MOST_MODULES, folder
    for path in PATHS:
        assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES, path


def test_a_class_name_is_used_once() -> None:
    names = Counter(
        node.name
        for tree in MODULES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert not [name for name, count in names.items() if count > 1]
