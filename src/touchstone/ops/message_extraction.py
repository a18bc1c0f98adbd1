"""Which texts the source asks to have translated: Python through Babel, templates by their tags."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from django.utils.translation.template import templatize

STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(_|n?gettext|n?pgettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)[^)'\"]*\)")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_now": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, order=True)
class Message:
    """One text, where it stands, and what tells it from a text that reads the same."""

    file: str
    line: int
    singular: str
    plural: str | None = None
    context: str | None = None

    @property
    def id(self) -> str | tuple[str, str]:
        """As a catalogue names it."""
        return (self.singular, self.plural) if self.plural else self.singular


def messages_in(root: Path) -> list[Message]:
    """Every text to translate below `root`, in the order of the files."""
    found: list[Message] = []
    for path in sorted(root.rglob("*.py")):
        if "migrations" not in path.parts:
            found += _in_python(path, path.relative_to(root).as_posix())
    for path in sorted([*root.rglob("*.html"), *root.rglob("*.txt")]):
        if "templates" in path.parts:
            found += _in_template(path.read_text(), path.relative_to(root).as_posix())
    return found


def _in_python(path: Path, name: str) -> Iterator[Message]:
    for line, texts, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
        singular, plural = texts if isinstance(texts, tuple) else (texts, None)
        yield Message(name, line, singular, plural, context)
    yield from _in_f_strings(path.read_text(), name)


def _in_f_strings(source: str, name: str) -> Iterator[Message]:
    """Babel passes over a call within an f-string, and its text would stay English unseen."""
    for outer in ast.walk(ast.parse(source)):
        if not isinstance(outer, ast.JoinedStr):
            continue
        for call in ast.walk(outer):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "gettext"):
                text = call.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield Message(name, call.lineno, text.value)


def _in_template(source: str, name: str) -> Iterator[Message]:
    """Django turns the tags into calls and everything else into X; read the calls."""
    code = templatize(source, origin=name)
    for call in CALL.finditer(code):
        line = code.count("\n", 0, call.start()) + 1
        texts = list(ast.literal_eval(f"({call[2]},)"))
        context = texts.pop(0) if "pgettext" in call[1] else None
        yield Message(name, line, texts[0], texts[1] if len(texts) > 1 else None, context)
