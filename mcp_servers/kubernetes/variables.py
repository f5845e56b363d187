"""Variables of a container: which may be set by a repair, and how."""

import re
import unicodedata
from typing import Any

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.containers import env_of
from mcp_servers.kubernetes.fields import text
from mcp_servers.kubernetes.secrets import REDACTED, clean_text, is_secret_name

MAX_VALUE_CHARS = 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_DECIDES_WHAT_RUNS = re.compile(
    r"(?:LD|DYLD)_\w+|PATH|IFS|SHELL|HOME|\w*OPTS|\w*OPTIONS|\w+OPT|BASH_\w+|GIT_\w+"
    r"|PYTHON\w+|NODE_\w+|PERL\w+|RUBY\w+|CLASSPATH|GCONV_PATH|\w*_PRELOAD|\w*_PROXY|\w*_CA_\w+"
    r"|SSL_CERT_\w+|KUBERNETES_\w+|OPENSSL_\w+|DOTNET_STARTUP_\w+|COR(?:ECLR)?_\w+|PHPRC|PHP_INI_\w+"
    r"|LUA_\w+|PROMPT_COMMAND",
    re.IGNORECASE,
)
"""Names by which an interpreter, a linker or a client can be led to run or trust something else."""


def require_plain(variable: str, value: str) -> None:
    """Refuse a variable that a repair may not set, or a value that cannot be shown as it is.

    What the value would be is never part of a refusal.

    Raises:
        RefusedError: `invalid_arguments` or `forbidden`.
    """
    if not _NAME.fullmatch(variable):
        raise RefusedError("invalid_arguments", "variable must consist of letters, digits and _")
    if is_secret_name(variable):
        raise RefusedError("forbidden", f"{variable} looks like a secret, which is never set here")
    if _DECIDES_WHAT_RUNS.fullmatch(variable):
        raise RefusedError("forbidden", f"{variable} can decide which code runs")
    if len(value) > MAX_VALUE_CHARS:
        reason = f"value has more than {MAX_VALUE_CHARS} characters"
        raise RefusedError("invalid_arguments", reason)
    if any(unicodedata.category(character).startswith(("C", "Zl", "Zp")) for character in value):
        raise RefusedError("invalid_arguments", "value has line breaks or control characters")
    if "$(" in value:
        raise RefusedError("forbidden", "value refers to another variable")
    if REDACTED in value or clean_text(value) != value:
        # Who approves could not see it, because secrets are blotted out of what is shown; and what
        # is left of a value that was blotted out before it came here is not that value.
        raise RefusedError("forbidden", "value looks like it holds a secret")


def with_value(declared: list[Any], variable: str, value: str) -> list[Any]:
    """Return a container's variables with one set, in its place when it is there already.

    Raises:
        RefusedError: `forbidden` when its value comes from elsewhere, `conflict` when it is
            declared twice.
    """
    known = [each for each in declared if each.get("name") == variable]
    if len(known) > 1:
        raise RefusedError("conflict", f"{variable} is declared twice")
    wanted = {"name": variable, "value": value}
    if not known:
        return [*declared, wanted]
    if known[0].get("valueFrom"):
        raise RefusedError("forbidden", f"{variable} takes its value from elsewhere")
    return [wanted if each.get("name") == variable else each for each in declared]


def overridden(declared: Json, variable: str) -> tuple[str, ...]:
    """Return a warning for each source that may set the variable too and would lose."""
    if any(text(each, "name") == variable for each in declared.get("env") or ()):
        return ()
    return tuple(
        f"a value of {variable} from {each.source} would no longer count"
        for each in env_of(declared)
        if each.name == "*"
    )
