"""Regular expressions as RE2 reads them, carried out by Python's engine."""

import re
from functools import lru_cache

from infrastructure.lab.logs.logql.errors import ParseError

_POSIX = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "0-9A-Za-z",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\t\n\v\f\r ",
    "word": r"0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
    "punct": r"!-/:-@\[-`{-~",
}
# What Python's engine has and RE2 refuses: look-around, named back references, atomic groups.
_FOREIGN = re.compile(r"\(\?(?:=|!|<=|<!|P=|>|#)|(?<!\\)(?:\\\\)*(\\[1-9])")
_LEADING_FLAGS = re.compile(r"\(\?([ims]+)\)")


def _explain(pattern: str, err: re.error) -> str:
    text = err.msg
    if "unterminated subpattern" in text:
        return f"missing closing ): `{pattern}`"
    if "unterminated character set" in text:
        return f"missing closing ]: `{pattern[err.pos or 0 :]}`"
    if "nothing to repeat" in text:
        return f"missing argument to repetition operator: `{pattern[err.pos or 0]}`"
    if "unbalanced parenthesis" in text:
        return f"unexpected ): `{pattern}`"
    return f"{text}: `{pattern}`"


def _scoped_flags(pattern: str) -> str:
    # RE2 lets flags start anywhere; Python only at the head, so they become a group around the rest.
    match = _LEADING_FLAGS.search(pattern, 1)
    if match is None:
        return pattern
    return f"{pattern[: match.start()]}(?{match[1]}:{_scoped_flags(pattern[match.end() :])})"


@lru_cache(maxsize=512)
def compile_regex(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for `search` or `fullmatch`.

    Raises:
        ParseError: RE2 would refuse the pattern.
    """
    foreign = _FOREIGN.search(pattern)
    if foreign is not None:
        kind = "invalid escape sequence" if foreign[1] else "invalid or unsupported Perl syntax"
        raise ParseError(f"error parsing regexp: {kind}: `{foreign[1] or foreign[0]}`")
    python = pattern.replace(r"\z", r"\Z")
    for name, members in _POSIX.items():
        python = python.replace(f"[:{name}:]", members)
    try:
        return re.compile(_scoped_flags(python), re.ASCII)
    except re.error as err:
        raise ParseError(f"error parsing regexp: {_explain(pattern, err)}") from err
