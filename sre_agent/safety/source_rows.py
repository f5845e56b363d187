"""Lines of a file or of a diff, as they are read for secrets: their sign, how deep they stand, what they say."""

import re
from dataclasses import dataclass

from sre_agent.safety.secret_names import LOOKUP, NAME

Span = tuple[int, int]
"""Where something begins and ends in a text."""

HEADING = re.compile(r"@@ [^\n@]{1,80} @@ ?(?P<context>[^\n]*)")

_LEAD = re.compile(r"(?P<sign>\+|-(?!-{4}(?!-)))?[ \t]*(?P<items>(?:-[ \t]+)*)")
_DOCUMENT = re.compile(r"[+ -]?---\s*")
_ENTRY = re.compile(
    r"(?P<quote>[\"']?)(?P<name>[\w.$/-]{1,120})(?P=quote)[ \t]{0,20}(?P<sign>:(?!:)=?|=>?)[ \t]{0,20}(?P<value>.*)"
)
_NAMES_SECRET = re.compile(rf"(?i)[\w.:/-]{{0,80}}?(?:{NAME})")
_NOTHING = re.compile(
    rf"(?i)(?:{LOOKUP}.*|true|false|null|none|nil|undefined|~|\[redacted\].*|[>|][+-]?\d?|\\|\(|[\[\]{{}}(),;]*)"
)
_QUOTED = re.compile(r"(?P<quote>[\"'`])(?P<inner>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)?")


@dataclass(frozen=True)
class Entry:
    """What a line says of one name: `value` is its raw text, `at` where that begins in the whole text."""

    name: str
    sign: str
    value: str
    at: int

    @property
    def names_secret(self) -> bool:
        """Return whether what it is called like is a secret."""
        return names_secret(self.name)

    @property
    def told(self) -> str:
        """Return its value without quotes and without what ends it."""
        return self.value.strip().rstrip(",;").strip("\"'")


@dataclass(frozen=True)
class Row:
    """A line: `place` among the others, where it starts, its sign, and `rest` behind sign and blanks.

    `column` is where the rest stands; a dash of a list counts as a blank. `document` counts the
    documents of YAML, and the files.
    """

    place: int
    start: int
    text: str
    sign: str
    rest: str
    column: int
    is_item: bool
    document: int

    @property
    def at(self) -> int:
        """Return where the rest begins in the whole text."""
        return self.start + self.column

    @property
    def whole(self) -> list[Span]:
        """Return where its rest stands."""
        return [(self.at, self.at + len(self.rest))] if self.rest else []

    @property
    def is_quoted(self) -> bool:
        """Return whether a text in quotes begins it."""
        return self.rest[:1] in {'"', "'", "`"}

    def entry(self) -> Entry | None:
        """Return what it says of a name, if it does."""
        found = _ENTRY.match(self.rest)
        if not found:
            return None
        at = self.at + found.start("value")
        return Entry(found["name"], found["sign"], found["value"], at)


def rows_of(text: str) -> list[Row]:
    """Return the lines of a text."""
    rows, start, document = list[Row](), 0, 0
    for place, line in enumerate(text.split("\n")):
        document += bool(_DOCUMENT.fullmatch(line)) or line.startswith("--- ")
        lead = _LEAD.match(line)
        column = lead.end() if lead else 0
        sign, is_item = (lead["sign"] or "", bool(lead["items"])) if lead else ("", False)
        rest = line[column:].rstrip()
        rows.append(Row(place, start, line, sign, rest, column, is_item, document))
        start += len(line) + 1
    return rows


def names_secret(name: str) -> bool:
    """Return whether what is called so is a secret."""
    return _NAMES_SECRET.fullmatch(name) is not None


def literal(value: str, at: int) -> list[Span]:
    """Return where in a raw value, which begins at a place, the secret stands: not where it is taken from elsewhere."""
    if _NOTHING.fullmatch(value.strip()):
        return []
    if found := _QUOTED.match(value):
        is_told = found["inner"] and not _NOTHING.fullmatch(found["inner"])
        return [(at + found.start("inner"), at + found.end("inner"))] if is_told else []
    bare = re.split(r"\s#", value, maxsplit=1)[0].rstrip().rstrip(",;")
    return [(at, at + len(bare))] if bare else []


def is_key_file(path: str) -> bool:
    """Return whether a file of this name holds a key."""
    return bool(_KEY_FILE.search(path))


_KEY_FILE = re.compile(
    r"(?i)\.(?:pem|key|p8|pk8|p12|pfx|jks|ppk|asc|gpg|kdbx)$|(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$|[.-]key$"
)
