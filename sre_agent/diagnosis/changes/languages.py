"""What a proof has to know of a language: its comments, whether it reads indentation, how it imports."""

import re
from dataclasses import dataclass

_HASH, _SLASHES, _DASHES = "#", "//", "--"
_TOLD_TO_TOOLS = re.compile(r"(?:[+@!]|-\*-|(?![A-Z]+\b)\w+\s*[:=])")
"""Comments that tools read, such as build tags and steps of a migration. Markers all in capitals are for people."""
_IMPORTS = {
    "go": r"\s*(?:\w+ |\. )?\"[\w./@-]+\"",
    "py": r"import [\w., ]+|from [\w.]+ import [\w, ]+",
    "js": r"import [\w{}*, ]+ from ([\"'])[^\"']+\1;?",
    "java": r"import (?:static )?[\w.]+;?",
    "cs": r"using [\w.]+;",
    "rs": r"use [\w:{}, ]+;",
}


@dataclass(frozen=True)
class Language:
    """A language by the ending of its files.

    `is_braced`: indentation means nothing. `is_checked`: a name that is not there does not compile.
    """

    name: str
    marks: tuple[str, ...]
    is_braced: bool = False
    is_checked: bool = False

    def is_comment(self, line: str) -> bool:
        """Return whether a line is a comment that nobody but people read."""
        text = line.strip()
        mark = next((mark for mark in self.marks if text.startswith(mark)), None)
        if mark is None:
            return False
        said = text[len(mark) :]
        return not said or (said.startswith(" ") and not _TOLD_TO_TOOLS.match(said.strip()))

    def is_import(self, line: str) -> bool:
        """Return whether a line names something that is imported, without side effects."""
        pattern = _IMPORTS.get(self.name)
        return pattern is not None and re.fullmatch(pattern, line) is not None


def _compiled(name: str) -> Language:
    return Language(name, (_SLASHES,), is_braced=True, is_checked=True)


_C, _JAVA, _JS = _compiled("c"), _compiled("java"), Language("js", (_SLASHES,), is_braced=True)
_TS = Language("js", (_SLASHES,), is_braced=True, is_checked=True)
_YAML = Language("yaml", (_HASH,))
_SHELL = Language("sh", (_HASH,))
_OF_ENDING = {
    "go": _compiled("go"),
    "rs": _compiled("rs"),
    "cs": _compiled("cs"),
    **dict.fromkeys(("c", "h", "cc", "cpp", "hpp"), _C),
    **dict.fromkeys(("java", "kt", "scala"), _JAVA),
    **dict.fromkeys(("js", "jsx", "mjs", "cjs"), _JS),
    **dict.fromkeys(("ts", "tsx"), _TS),
    **dict.fromkeys(("yaml", "yml"), _YAML),
    **dict.fromkeys(("sh", "bash", "rb", "conf"), _SHELL),
    "py": Language("py", (_HASH,)),
    "json": Language("json", (), is_braced=True),
    "toml": Language("toml", (_HASH,)),
    "sql": Language("sql", (_DASHES,), is_braced=True),
}
KEYED = frozenset({"yaml", "json"})
"""Languages in which the order of an object's keys says nothing."""


def of_file(path: str) -> Language | None:
    """Return the language of a file, or None where none is known."""
    return _OF_ENDING.get(path.rsplit("/", 1)[-1].rpartition(".")[2])
