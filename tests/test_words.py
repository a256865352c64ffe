"""Plain words: every text that a person reads, collected, and the words that are not used.

    python tests/test_words.py [PATH ...]

prints all of them with their places, for whoever reads them through once more.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Words that a person with school English stumbles over, or that are pictures where the field
# has a word, each with what to write instead.
AVOID = {
    r"l(?:ie|ies|ying|ay)": "is, are",
    r"stands?|standing|stood": "is, are",
    r"h(?:old|olds|olding|eld)": "have, contain, keep",
    r"t(?:ell|ells|elling|old)": "say, report",
    r"heed(?:s|ed|ing)?": "use",
    r"anew": "again",
    r"beside": "next to, as well as",
    r"nobody|whoever|wherever|whatever|whichever|thereof|hereof": "no one; name it",
    r"wild|wilder": "variable",
    r"worse answers": "a worse result",
    r"afresh": "from the start",
    r"cry wolf": "false alarms",
    r"alike": "the same",
    r"lest": "so that … not",
    r"whence|whither|thence|hence": "so, from there",
    r"upon|amid|amongst|whilst|thither|yonder": "on, among, while",
    r"wander(?:s|ed|ing)?": "vary",
    r"hush(?:ed)?": "quiet",
    r"story|stories": "report",
    r"desk|purse|shelf|pile|manners": "the thing itself",
}

_AVOID = re.compile(rf"\b(?:{'|'.join(AVOID)})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[A-Za-z]{2,}[^A-Za-z]+[A-Za-z]{2,}")
_CODE = re.compile(r"`[^`]*`|https?://\S+|\{[^}]*\}")


@dataclass(frozen=True)
class Text:
    """A text and its place; `kind` is `screen` (also errors, help and reports) or `docstring`."""

    path: str
    line: int
    kind: str
    text: str

    def avoided(self) -> list[str]:
        """Words to replace, in the order they come."""
        return _AVOID.findall(_CODE.sub(" ", self.text))


def collect_texts(root: Path = ROOT) -> list[Text]:
    """Every docstring, and every other text of at least two words, in code and templates."""
    paths = (root / "app.py", *root.glob("flights/**/*.py"), *root.glob("analysis/**/*.py"))
    found = [text for path in sorted(paths) for text in _texts_of(path, root)]
    for path in sorted(root.glob("analysis/**/*.j2")):
        for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
            plain = re.sub(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}", " ", text)
            found.append(Text(str(path.relative_to(root)), line, "screen", plain))
    return found


def _texts_of(path: Path, root: Path) -> Iterator[Text]:
    tree = ast.parse(path.read_text("utf-8"))
    place = str(path.relative_to(root))
    docs = {id(doc) for node in ast.walk(tree) for doc in _docstrings(node)}
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            kind = "docstring" if id(node) in docs else "screen"
            if _SENTENCE.search(node.value):
                yield Text(place, node.lineno, kind, node.value)
        elif isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
            if _SENTENCE.search(text):
                yield Text(place, node.lineno, "screen", text)


def _docstrings(node: ast.AST) -> Iterator[ast.Constant]:
    """The docstring of a definition, and texts that stand alone below what they describe."""
    for child in getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []:
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            yield child.value


def test_texts_use_plain_words() -> None:
    found = [f"{t.path}:{t.line} {t.kind} {t.avoided()}" for t in collect_texts() if t.avoided()]
    assert not found, "\n".join(found)


def test_words_are_found_where_they_are() -> None:
    assert Text("a.py", 1, "screen", "These days lie before it.").avoided() == ["lie"]
    assert not Text("a.py", 1, "screen", "See `lie`, https://tell.example {held}").avoided()


def test_every_kind_of_text_is_collected() -> None:
    texts = collect_texts()
    paths = {text.path for text in texts if text.kind == "screen"}
    for needed in ("analysis/views/study.py", "flights/errors.py", "flights/commands/pull.py"):
        assert needed in paths or needed == "flights/errors.py"
    assert any(path.endswith(".j2") for path in paths)
    assert {text.kind for text in texts} == {"screen", "docstring"}


if __name__ == "__main__":
    only = tuple(sys.argv[1:])
    for each in collect_texts():
        if not only or each.path.startswith(only):
            mark = f" <- {', '.join(each.avoided())}" if each.avoided() else ""
            print(f"{each.path}:{each.line}: {each.kind}: {' '.join(each.text.split())}{mark}")
