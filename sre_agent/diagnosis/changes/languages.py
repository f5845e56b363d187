"""What a proof has to know of a language: its comments, whether it reads space, how it imports."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_HASH, _SLASHES = "#", "//"
_TOLD_TO_TOOLS = re.compile(r"(?:[+@!]|#[a-z]|-\*-|(?![A-Z]+\b)\w+\s*[:=])")
"""Comments that tools read, such as build tags and what Go hands to C. Markers all in capitals are for people."""
_IMPORTS = {
    "go": r"\s*(?:(?!_ )\w+ )?\"[\w./@-]+\"",
    "py": r"import [\w., ]+|from [\w.]+ import [\w, ]+",
    "java": r"import (?:static )?[\w.]+;?",
    "cs": r"using [\w.]+;",
    "rs": r"use [\w:{}, ]+;",
}
"""Imports of which the order says nothing; scripts of JavaScript run in the order in which they are imported."""
_OF_PYTHON = frozenset(sys.stdlib_module_names) - {"__future__"}
"""Modules that do nothing when they are imported; what others do nobody knows."""


@dataclass(frozen=True)
class Language:
    """A language by the ending of its files.

    `is_braced`: indentation means nothing. `is_checked`: a name that is not there does not compile.
    `keeps_space`: space at the end of a line, or between words, may belong to a value.
    `is_data`: documents that programs read; such files are often made from templates.
    """

    name: str
    marks: tuple[str, ...]
    is_braced: bool = False
    is_checked: bool = False
    keeps_space: bool = False
    is_data: bool = False

    def is_comment(self, line: str) -> bool:
        """Return whether a line is a comment that nobody but people read."""
        text = line.strip()
        mark = next((mark for mark in self.marks if text.startswith(mark)), None)
        if mark is None:
            return False
        said = text[len(mark) :]
        return not said or (said.startswith(" ") and not _TOLD_TO_TOOLS.match(said.strip()))

    def are_imports(self, lines: Sequence[str]) -> bool:
        """Return whether lines name what is imported, each thing once and without side effects."""
        pattern = _IMPORTS.get(self.name)
        is_each = pattern is not None and all(re.fullmatch(pattern, line) for line in lines)
        return is_each and (self.name != "py" or _are_plain(lines))


def _are_plain(lines: Sequence[str]) -> bool:
    """Return whether imports of Python are of modules that do nothing and bind each name once."""
    names = list[str]()
    for line in lines:
        head, _, what = (
            line.partition(" import ") if line.startswith("from ") else ("", "", line[7:])
        )
        told = [each.split(" as ") for each in what.split(",")]
        modules = [head[5:]] if head else [each[0] for each in told]
        if any(module.strip().partition(".")[0] not in _OF_PYTHON for module in modules):
            return False
        names += [each[-1].strip().partition(".")[0] for each in told]
    return len(names) == len(set(names))


def _compiled(name: str) -> Language:
    return Language(name, (_SLASHES,), is_braced=True, is_checked=True)


_C, _JAVA, _JS = _compiled("c"), _compiled("java"), Language("js", (_SLASHES,), is_braced=True)
_TS = Language("js", (_SLASHES,), is_braced=True, is_checked=True)
_YAML = Language("yaml", (_HASH,), is_data=True)
_SHELL = Language("sh", (_HASH,), keeps_space=True)
_OF_ENDING = {
    "go": _compiled("go"),
    "rs": _compiled("rs"),
    "cs": _compiled("cs"),
    **dict.fromkeys(("c", "h", "cc", "cpp", "hpp"), _C),
    **dict.fromkeys(("java", "kt", "scala"), _JAVA),
    **dict.fromkeys(("js", "jsx", "mjs", "cjs"), _JS),
    **dict.fromkeys(("ts", "tsx"), _TS),
    **dict.fromkeys(("yaml", "yml"), _YAML),
    **dict.fromkeys(("sh", "bash"), _SHELL),
    "conf": Language("conf", (_HASH,), keeps_space=True, is_data=True),
    "rb": Language("rb", (_HASH,)),
    "py": Language("py", (_HASH,)),
    "json": Language("json", (), is_braced=True, is_data=True),
    "toml": Language("toml", (_HASH,), is_data=True),
}
KEYED = frozenset({"yaml", "json"})
"""Languages in which the order of an object's keys says nothing."""


def of_file(path: str) -> Language | None:
    """Return the language of a file, or None where none is known."""
    return _OF_ENDING.get(path.rsplit("/", 1)[-1].rpartition(".")[2])
