"""Which paths .gitattributes keeps from being merged as texts: `-merge`, `binary`, or a merge of their own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mcp_servers.github.revert import wildcards
from mcp_servers.github.revert.trees import folders_of

NAME = ".gitattributes"

_MACRO = "[attr]"
_BLANKS = " \t\r"
_BYTES = "latin-1"
"""Paths and patterns are bytes to git: so each of them is one sign here."""
_AS_TEXT = frozenset({True, None, "text", "union"})
"""What lets a path be merged as a text. `union` is a text merge that keeps both sides where they meet, and a revert
refuses where they meet: whatever it puts together is the same."""
_WORD = re.compile(r"([-!]?)([\w.][\w.-]*)(?:=(.*))?", re.ASCII | re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\(?:[abfnrtv\\"]|[0-3][0-7]{2}))*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_CONTROLS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))

_Value = bool | str | None
_States = Sequence[tuple[str, _Value]]
"""Attributes and what they are set to; None is said to be unspecified."""
_BUILT_IN: Mapping[str, _States] = {"binary": (("diff", False), ("merge", False), ("text", False))}


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line of a file: what it says of the paths of a pattern, or means by the name of a macro."""

    folder: str
    pattern: str
    states: _States

    @property
    def is_macro(self) -> bool:
        """Return whether it names attributes that go together."""
        return self.pattern.startswith(_MACRO) and self.pattern != _MACRO

    def is_of(self, path: str) -> bool:
        """Return whether it speaks of a path."""
        here = path.removeprefix(self.folder)
        # One that ends so would be of folders, which have no attributes.
        if (here == path and self.folder) or self.pattern.endswith("/"):
            return False
        if "/" not in self.pattern:
            return wildcards.is_match(self.pattern, here.rpartition("/")[2])
        return wildcards.is_match(self.pattern.removeprefix("/"), here)


def files_for(path: str) -> tuple[str, ...]:
    """Return the files that may speak of a path; what a later one says counts."""
    return (NAME, *(f"{folder}/{NAME}" for folder in folders_of(path)))


def unmerged(paths: Iterable[str], files: Mapping[str, bytes]) -> frozenset[str]:
    """Return the paths that git would not merge as texts, given every file that speaks of them."""
    macros, rules = dict(_BUILT_IN), list[_Rule]()
    for file in sorted(files, key=lambda name: name.count("/")):
        for rule in _rules(file, files[file]):
            if not rule.is_macro:
                rules.append(rule)
            elif file == NAME:
                # git heeds them at the root alone.
                macros[rule.pattern.removeprefix(_MACRO)] = rule.states
    return frozenset(path for path in paths if _merge(_signs(path), rules, macros) not in _AS_TEXT)


def _merge(path: str, rules: Sequence[_Rule], macros: Mapping[str, _States]) -> _Value:
    """Return what the attribute is for a path: as git does, from the last rule on, where what is said first stays."""
    said = dict[str, _Value]()
    for rule in reversed(rules):
        if rule.is_of(path):
            _say(rule.states, said, macros)
    return said.get("merge")


def _say(states: _States, said: dict[str, _Value], macros: Mapping[str, _States]) -> None:
    open_ = [*states]
    while open_:
        name, value = open_.pop()
        if name not in said:
            said[name] = value
            open_ += macros.get(name, ()) if value is True else ()


def _rules(file: str, content: bytes) -> Iterator[_Rule]:
    folder = _signs(file.removesuffix(NAME))
    for line in content.removeprefix(b"\xef\xbb\xbf").decode(_BYTES).split("\n"):
        pattern, rest = _parted(line.partition("\0")[0].lstrip(_BLANKS))
        states = [_state(word) for word in re.split(f"[{_BLANKS}]+", rest) if word]
        # git takes no line that begins with `!`, or that holds a word which is no attribute.
        if pattern and not pattern.startswith("!") and None not in states:
            yield _Rule(folder, pattern, [state for state in states if state])


def _parted(line: str) -> tuple[str, str]:
    """Return the pattern of a line, without its quotes, and what it says."""
    if line.startswith("#"):
        return "", ""
    if quoted := _QUOTED.match(line):
        return _ESCAPED.sub(_unescaped, quoted[1]), line[quoted.end() :]
    pattern, *rest = re.split(f"[{_BLANKS}]+", line, maxsplit=1)
    return pattern, "".join(rest)


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    return chr(int(sign, 8)) if sign.isdigit() else _CONTROLS.get(sign, sign)


def _state(word: str) -> tuple[str, _Value] | None:
    """Return the attribute that a word sets and to what, or None for a word that sets none."""
    told = _WORD.fullmatch(word)
    if told is None:
        return None
    sign, name, value = told.groups()
    if sign:
        return name, False if sign == "-" else None
    return name, True if value is None else value


def _signs(text: str) -> str:
    return text.encode(errors="surrogatepass").decode(_BYTES)
