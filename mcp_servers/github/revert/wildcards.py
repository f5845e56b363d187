"""Patterns of .gitattributes as git reads them, byte by byte: in quotes, with escapes, with classes of signs."""

import re
import string
from collections.abc import Callable, Iterator, Mapping

from mcp_servers.github.globs import ANY_DEPTH, Sign

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\s|$)')
_ESCAPED = re.compile(r"\\([0-3][0-7]{2}|.)")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_GRAPHIC = string.ascii_letters + string.digits + string.punctuation
_CLASSES: Mapping[str, str] = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(32), 127))),
    "digit": string.digits,
    "graph": _GRAPHIC,
    "lower": string.ascii_lowercase,
    "print": f"{_GRAPHIC} ",
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}
_NAMED = re.compile(r"\[:([a-z]+):\]")


class _UnreadableError(Exception):
    pass


def split(line: str) -> tuple[str, str]:
    """Return the pattern of a line, out of its quotes, and what stands behind it."""
    line = line.strip()
    quoted = _QUOTED.match(line)
    if quoted:
        return _ESCAPED.sub(_sign_of, quoted[1]), line[quoted.end() :]
    pattern, _, rest = line.replace("\t", " ").partition(" ")
    return pattern, rest


def read(part: str) -> str | tuple[Sign, ...] | None:
    """Return the signs that a part of a pattern asks for, or None where it cannot be understood."""
    if part == ANY_DEPTH:
        return ANY_DEPTH
    try:
        return tuple(_signs(part))
    except _UnreadableError:
        return None


def _sign_of(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code, 8)) if code.isdigit() else _ESCAPES.get(code, code)


def _signs(part: str) -> Iterator[Sign]:
    at = 0
    while at < len(part):
        sign = part[at]
        if sign == "\\":
            if at + 1 == len(part):
                raise _UnreadableError
            yield part[at + 1].__eq__
            at += 2
        elif sign == "[":
            wanted, at = _class(part, at + 1)
            yield wanted
        else:
            yield sign
            at += 1


def _class(part: str, at: int) -> tuple[Callable[[str], bool], int]:
    """Return what a sign has to be to be of a class, and where that ends."""
    is_not = part[at : at + 1] in {"!", "^"}
    at += is_not
    first, tests = at, list[Callable[[str], bool]]()
    while part[at : at + 1] != "]" or at == first:
        named = _NAMED.match(part, at)
        if named:
            if named[1] not in _CLASSES:
                raise _UnreadableError
            tests.append(_CLASSES[named[1]].__contains__)
            at = named.end()
            continue
        low, at = _one(part, at)
        if part[at : at + 1] == "-" and part[at + 1 : at + 2] not in {"", "]"}:
            high, at = _one(part, at + 1)
            tests.append(_between(low, high))
        else:
            tests.append(low.__eq__)
    return (lambda sign: any(test(sign) for test in tests) is not is_not), at + 1


def _one(part: str, at: int) -> tuple[str, int]:
    at += part[at : at + 1] == "\\"
    if at >= len(part):
        raise _UnreadableError
    return part[at], at + 1


def _between(low: str, high: str) -> Callable[[str], bool]:
    return lambda sign: low <= sign <= high
