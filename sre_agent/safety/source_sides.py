"""One side of a diff, or a file, read line by line for secrets that lines before give away."""

import re
from dataclasses import dataclass
from typing import Literal

from sre_agent.safety.secret_names import NAME
from sre_agent.safety.source_rows import Row, Span, is_key_file, literal, names_secret

_NAMES = frozenset({"name", "key", "parameterkey", "variable"})
_VALUES = frozenset({"value", "default", "parametervalue", "stringvalue", "content"})
"""How the two halves of a pair are called."""

_BLOCK = re.compile(r"[>|][+-]?\d?[+-]?(?:\s+#.*)?")
_KEY_BEGINS = re.compile(r"-{0,5}BEGIN [A-Z ]{0,40}PRIVATE KEY")
_KEY_ENDS = re.compile(r"-{0,5}END [A-Z ]{0,40}PRIVATE KEY(?:-{0,5})")
_PUBLIC = re.compile(r"-----(?P<what>BEGIN|END) [A-Z ]{0,40}(?:CERTIFICATE|PUBLIC KEY|CRL|REQUEST)")
_PUBLIC_FILE = re.compile(r"(?i)\.(?:crt|cer|pub|csr)$")
_BASE64 = re.compile(
    r"[\"']?(?=[^a-z]{0,400}[a-z])(?=[^A-Z]{0,400}[A-Z])(?=\D{0,400}\d)"
    r"(?P<told>[A-Za-z0-9+/]{16,400}={0,2})(?:\\n)?[\"']?[,;+ \\]{0,4}"
)
_LONG = 40
"""So many signs of a key stand in a line, if it is not the last."""

_BROKEN = re.compile(
    rf"(?i)(?:{NAME})[\"'`]?\]?[ \t]{{0,4}}(?:[:=]|:=|=>)[ \t]{{0,4}}[\\(]{{0,2}}$"
)
_LIST = re.compile(
    r"(?i)[\"']?(?:[\w.-]{0,60}[_.-])?[a-z]{0,20}(?:passwords|passwds|pwds|passphrases|passcodes|(?:api|access|private)[_-]?keys)"
    r"[\"']?\s{0,4}(?::=?|=>?)\s{0,4}(?P<open>(?:\[\]string|list|set)?[\[({]?)"
)
_FLAG = re.compile(rf"(?i)[\"']?--?[\w.-]{{0,60}}?(?:{NAME})[\"']?,?")
_VARIABLE = re.compile(rf"(?i)variable\s{{1,8}}\"[\w-]{{0,80}}?(?:{NAME})\"\s{{0,8}}\{{")
_TAG = re.compile(rf"(?i)<[\w:.-]{{0,40}}?(?:{NAME})(?:\s[^<>]{{0,80}})?>")
_TEXTS = re.compile(r"\"((?:[^\"\\]|\\.)+)\"|'((?:[^'\\]|\\.)+)'")
_OPEN = re.compile(r"(?P<quote>[\"'])(?:(?!(?P=quote))[^\\]|\\.)*")

_Kind = Literal["block", "quote", "list", "items", "item", "value_below", "text_below"]


@dataclass(frozen=True)
class _Wait:
    """What the next lines are expected to be, deeper than where that was said."""

    kind: _Kind
    column: int
    mark: str = ""


class Side:
    """Reads the lines of one side in their order."""

    def __init__(self, path: str) -> None:
        self.is_secret = False
        """Whether the lines that are read are of a manifest of a Secret."""
        self._may_hold_key = is_key_file(path)
        self._is_public_file = bool(_PUBLIC_FILE.search(path))
        self._is_secret_file = "secret" in path.rpartition("/")[2].lower()
        self._begin()

    def _begin(self) -> None:
        self._in_key = self._in_public = self._in_variable = False
        self._run = list[Span]()
        self._long_rows = 0
        self._wait: _Wait | None = None
        self._data: int | None = None
        self._name: tuple[int, bool] | None = None
        self._value: tuple[int, list[Span]] | None = None

    def begin(self, context: Row) -> None:
        """Begin a hunk, whose heading tells which line stands above it."""
        self._begin()
        self.read(context)
        if context.rest == "data:" and self._is_secret_file:
            self._data = context.column

    def read(self, row: Row) -> list[Span]:
        """Return where secrets stand that this line shows for one: mostly in it, or in lines above."""
        if not row.rest or row.rest.startswith("{{"):
            return []
        of_key = self._key(row)
        if of_key or self._in_key:
            self._wait = None
            return of_key
        for found in (self._of_data(row), self._awaited(row)):
            if found is not None:
                return found
        paired = self._pair(row)
        self._expect(row)
        return paired

    def _key(self, row: Row) -> list[Span]:
        """Return what of a private key stands here: between its marks, or where only its middle is told."""
        begins = max(_KEY_BEGINS.finditer(row.rest), key=re.Match.start, default=None)
        ends = _KEY_ENDS.search(row.rest, begins.end() if begins else 0)
        start, stop = row.at, row.at + len(row.rest)
        if public := _PUBLIC.search(row.rest):
            self._in_public = public["what"] == "BEGIN"
        if begins and ends:
            return []
        if ends:
            above, self._in_key = self._run, False
            self._run, self._long_rows = [], 0
            return [*above, (start, row.at + ends.end())]
        if begins:
            self._in_key = True
            return [(row.at + begins.start(), stop)]
        if self._in_key:
            return [(start, stop)]
        return self._middle(row)

    def _middle(self, row: Row) -> list[Span]:
        found = _BASE64.fullmatch(row.rest)
        if not found or self._in_public or self._is_public_file:
            self._run, self._long_rows = [], 0
            return []
        self._run.append((row.at + found.start("told"), row.at + found.end("told")))
        self._long_rows += len(found["told"]) >= _LONG
        if self._long_rows <= 1 and not self._may_hold_key:
            return []
        told, self._run = self._run, []
        return told

    def _of_data(self, row: Row) -> list[Span] | None:
        """Return what a Secret holds under `data`, or None where this is no line of it."""
        entry = row.entry()
        if row.rest.startswith("#"):
            return None
        if self._data is not None and row.column > self._data:
            return literal(entry.value, entry.at) if entry else row.whole
        self._data = None
        names_data = entry is not None and entry.name in {"data", "stringData"}
        if entry and names_data and (self.is_secret or entry.name == "stringData"):
            self._data = row.column
        return None

    def _awaited(self, row: Row) -> list[Span] | None:
        """Return what of this line a line before told to be a secret, or None where it did not."""
        wait, self._wait = self._wait, None
        return getattr(self, f"_{wait.kind}")(row, wait) if wait else None

    def _block(self, row: Row, wait: _Wait) -> list[Span] | None:
        """Return all of a line of a text of several."""
        if row.column <= wait.column:
            return None
        self._wait = wait
        return row.whole

    def _quote(self, row: Row, wait: _Wait) -> list[Span] | None:
        """Return what stands before the end of a quote; none is open where another entry stands."""
        end = row.rest.find(wait.mark)
        if end == 0 or (row.column <= wait.column and row.entry()):
            return None
        if end > 0:
            return [(row.at, row.at + end)]
        self._wait = wait
        return row.whole

    def _list(self, row: Row, wait: _Wait) -> list[Span] | None:
        """Return the texts between brackets."""
        if row.rest[0] in "])}":
            return None
        self._wait = wait
        return [
            (row.at + found.start() + 1, row.at + found.end() - 1)
            for found in _TEXTS.finditer(row.rest)
        ]

    def _items(self, row: Row, wait: _Wait) -> list[Span] | None:
        """Return one of several."""
        if not row.is_item or row.entry() is not None:
            return None
        self._wait = wait
        return literal(row.rest, row.at)

    def _item(self, row: Row, _wait: _Wait) -> list[Span] | None:
        """Return the argument that follows its flag."""
        follows = (row.is_item or row.rest[0] in "\"'") and row.rest.strip("\"'")[:1] != "-"
        return literal(row.rest, row.at) if follows else None

    def _value_below(self, row: Row, wait: _Wait) -> list[Span] | None:
        """Return the value that stands in the line below its name."""
        is_told = row.entry() is None and not row.is_item
        is_word = row.column > wait.column and len(row.rest.split()) == 1
        return literal(row.rest, row.at) if is_told and (is_word or row.is_quoted) else None

    def _text_below(self, row: Row, _wait: _Wait) -> list[Span] | None:
        """Return the text that stands in the line below its name, in code."""
        is_told = row.entry() is None and row.is_quoted
        return literal(row.rest, row.at) if is_told else None

    def _pair(self, row: Row) -> list[Span]:
        """Return the value of a pair whose name, in another line, is that of a secret."""
        if row.is_item or (self._name and row.column < self._name[0]):
            self._name = self._value = None
        entry = row.entry()
        if entry is None:
            return []
        half = entry.name.lower()
        if half in _NAMES:
            self._name = (row.column, names_secret(entry.told))
            value, self._value = self._value, None
            is_same = value is not None and value[0] == row.column and self._name[1]
            return value[1] if value is not None and is_same else []
        if half not in _VALUES:
            return []
        found = literal(entry.value, entry.at)
        if self._name and self._name[0] == row.column:
            is_secret = self._name[1]
            if is_secret and _BLOCK.fullmatch(entry.value):
                self._wait = _Wait("block", row.column)
            elif is_secret and not entry.value:
                self._wait = _Wait("value_below", row.column)
            return found if is_secret else []
        self._value = (row.column, found)
        return found if self._in_variable and half == "default" else []

    def _expect(self, row: Row) -> None:
        """Note what the line says of the next ones."""
        if _VARIABLE.match(row.rest):
            self._in_variable = True
        elif row.rest.startswith("}"):
            self._in_variable = False
        kind, mark = _expected(row)
        if kind:
            self._wait = _Wait(kind, row.column, mark)


def _expected(row: Row) -> tuple[_Kind | None, str]:
    """Return what the next lines are, and what ends them."""
    entry, mark = row.entry(), ""
    kind: _Kind | None = None
    if several := _LIST.fullmatch(row.rest):
        kind = "list" if several["open"] else "items"
    elif entry and entry.names_secret and _BLOCK.fullmatch(entry.value):
        kind = "block"
    elif entry and entry.names_secret and (opened := _OPEN.fullmatch(entry.value)):
        kind, mark = "quote", opened["quote"]
    elif (entry and entry.names_secret and not entry.value and entry.sign == ":") or _TAG.fullmatch(
        row.rest
    ):
        kind = "value_below"
    elif _BROKEN.search(row.rest):
        kind = "text_below"
    elif _FLAG.fullmatch(row.rest):
        kind = "item"
    return kind, mark
