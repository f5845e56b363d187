"""From query text to tokens, each with its place."""

import re
from collections.abc import Callable, Iterator

from infrastructure.lab.logs.logql import strings, tokens
from infrastructure.lab.logs.logql.durations import parse_bytes, parse_duration
from infrastructure.lab.logs.logql.errors import ParseError
from infrastructure.lab.logs.logql.tokens import Token

_WORD = re.compile(
    r"""
      (?P<space>\s+|\#[^\n]*)
    | (?P<string>"(?:\\.|[^"\\\n])*"|`[^`]*`)
    | (?P<unclosed>["`])
    | (?P<range>\[(?:[^\]]*\])?)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+(?![A-Za-z]))?[A-Za-zµ]*(?:\d+(?:\.\d+)?[a-zµ]+)*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<flag>--[a-z][a-z-]*)
    | (?P<operator>\|=|\|~|\|>|!=|!~|!>|=~|==|>=|<=|[-+*/%^<>=|(){},.])
    """,
    re.VERBOSE | re.DOTALL,
)
_CALL = re.compile(r"\s*(?:\(|(?:by|without)\b)")


class _Lexer:
    def __init__(self, query: str) -> None:
        self._query = query
        self._line = 1
        self._line_start = 0

    def scan(self) -> Iterator[Token]:
        position = 0
        while position < len(self._query):
            match = _WORD.match(self._query, position)
            if match is None or match.lastgroup == "unclosed":
                raise self._unreadable(position)
            if match.lastgroup != "space":
                yield self._token(match)
            self._count_lines(match)
            position = match.end()
        yield self._at(position, tokens.END, "")

    def _at(self, position: int, kind: str, text: str) -> Token:
        return Token(kind, text, self._line, position - self._line_start + 1)

    def _error(self, position: int, message: str) -> ParseError:
        return ParseError(message, self._line, position - self._line_start + 1)

    def _unreadable(self, position: int) -> ParseError:
        if self._query[position] in '"`':
            return self._error(position, "literal not terminated")
        return self._error(position, f"syntax error: unexpected {self._query[position]}")

    def _count_lines(self, match: re.Match[str]) -> None:
        newlines = match[0].count("\n")
        if newlines:
            self._line += newlines
            self._line_start = match.start() + match[0].rindex("\n") + 1

    def _token(self, match: re.Match[str]) -> Token:
        start, text = match.start(), match[0]
        try:
            kind, value = self._classify(str(match.lastgroup), text, match.end())
        except ValueError as err:
            raise self._error(start, str(err)) from err
        return self._at(start, kind, value)

    def _classify(self, group: str, text: str, end: int) -> tuple[str, str]:
        if group == "name":
            return self._name(text, end), text
        if group == "number":
            return _number(text), text
        kinds: dict[str, tuple[str, Callable[[str], str]]] = {
            "string": (tokens.STRING, strings.unquote),
            "range": (tokens.RANGE, _range),
            "flag": (tokens.FLAG, str),
        }
        kind, read = kinds.get(group, (text, str))
        return kind, read(text)

    def _name(self, text: str, end: int) -> str:
        if text in tokens.KEYWORDS:
            return text
        if text in tokens.FUNCTIONS and _CALL.match(self._query, end):
            return text.upper()
        return tokens.IDENTIFIER


def _range(text: str) -> str:
    if not text.endswith("]"):
        raise ValueError("missing closing ']' in duration")
    inner = text[1:-1].strip()
    if parse_duration(inner) <= 0:
        raise ValueError("duration must be greater than 0")
    return inner


def _number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return _with_unit(text)
    return tokens.NUMBER


def _with_unit(text: str) -> str:
    for kind, parse in ((tokens.DURATION, parse_duration), (tokens.BYTES, parse_bytes)):
        try:
            parse(text)
        except ValueError:
            continue
        return kind
    raise ValueError(f'not a valid duration string: "{text}"')


def tokenize(query: str) -> tuple[Token, ...]:
    """Split a query into tokens; the last one is always the end.

    Raises:
        ParseError: something in the text is no word of LogQL.
    """
    return tuple(_Lexer(query).scan())
