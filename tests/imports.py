"""Modules of the program and what each imports, read from the source without running it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATHS = (*ROOT.glob("flights/**/*.py"), *ROOT.glob("analysis/**/*.py"), ROOT / "app.py")


def name_of(path: Path) -> str:
    """Dotted name of a module; a folder's face has the name of the folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_imports(tree: ast.AST) -> set[str]:
    """Modules that any statement below `tree` imports, and their top-level packages.

    `from folder import module` is an arrow to the module, not to the folder's face.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & MODULES.keys() or {node.module}
    return found | {name.split(".")[0] for name in found if not name.startswith(OURS)}


OURS = ("flights.", "analysis.")
MODULES = {name_of(path): ast.parse(path.read_text("utf-8")) for path in PATHS}
FOLDER = {name_of(path): name_of(path.parent / "__init__.py") for path in PATHS}
IMPORTS = {name: find_imports(tree) for name, tree in MODULES.items()}
