"""How secrets are called, and what stands beside their names that tells none."""

import re
from dataclasses import dataclass

NAME_ENDS = (
    r"passwor[dt]|kennwort|contrase[n\u00f1]a|passwd|pwd|passphrase|passcode|(?<=[_.-])(?:pass|pw)"
    r"|secret|api[_-]?key|access[_-]?key|private[_-]?key"
)
"""How names of secrets end, as part of an expression; tokens and credentials come on top."""

NAME = rf"{NAME_ENDS}|token|credentials?"
"""How what holds a secret is called, as part of an expression: wherever it may not be taken for a count."""

LOOKUP = (
    r"(?:"
    # Of a template, the environment or a shell; with nothing behind it, which would be the secret.
    r"(?:[\"'])?(?:\$\{[\w.]{1,100}\}|\$\([\w.]{1,100}\)|\$[A-Z][A-Z0-9_]{2,100}|\$?\{\{[^{}\n]{1,200}\}\})"
    r"(?![^\s,;&\"'}\])])"
    # Of an object, or what a call returns.
    r"|[A-Za-z_]\w{0,60}(?:(?:\.|->|::)[A-Za-z_]\w{0,60}){1,8}[\[(]"
    r"|[A-Za-z_]{3,60}\([^\n\"'`]{0,100}\)"
    r"|(?:self|this|process\.env|config|cfg|settings|options|opts|args|params|request|req|ctx|var|local|module"
    r"|data|each|body|form)\.[A-Za-z_][\w.]{0,100}(?![^\s,;&\"'}\])])"
    r"|[\w.\[\]:]{1,40}\([ \t]{0,4}[bru]{0,2}[\"'`]\[redacted\]|[-=]\[redacted\]\}"
    # What kind it is of.
    r"|[&*]?(?:str|string|bytes|bool|boolean|int|number|any|char|object|SecretStr)(?![^\s,;&\"'}\])=?|])"
    # The beginning of an object or a list.
    r"|\{\s{0,3}(?:[\"'\w-]{1,80}\s{0,3}:|$|\n)|\[\s{0,3}(?:[\"'{\[]|$|\n)"
    r")"
)
"""What stands behind the name of a secret and only says where to take it from."""


@dataclass(frozen=True)
class Shape:
    """How one kind of text is recognised: by the named group that matched, or by the whole match."""

    kind: str
    pattern: re.Pattern[str]

    @staticmethod
    def span(match: re.Match[str]) -> tuple[int, int]:
        """Return where in its text the found part of a match begins and ends."""
        return match.span(match.lastgroup) if match.lastgroup else match.span()


def shape(kind: str, expression: str, flags: int = 0) -> Shape:
    """Return a shape."""
    return Shape(kind, re.compile(expression, flags))
