"""Which variable a container misses: as its program names it, or as its template asks for it."""

import re

from sre_agent.domain.observations.kubernetes import Container

_VARIABLE = re.compile(r"(?<![A-Za-z0-9_.$/-])[A-Z_][A-Z0-9_]{2,}(?![A-Za-z0-9_./-])")
"""How environment variables are written; what else is written so is named below."""
_WORDS = frozenset({"ERROR", "FATAL", "CRITICAL", "PANIC", "WARN", "WARNING", "INFO", "DEBUG"})
_ACRONYMS = frozenset({"ENV", "HTTP", "HTTPS", "URL", "JSON", "YAML", "TLS", "SSL", "DNS", "API"})
_KEY_OF = re.compile(
    r"couldn'?t find key (?P<key>\S+) in (?P<kind>configmap|secret) (?P<name>\S+)", re.IGNORECASE
)
_OBJECT = re.compile(r"(?P<kind>configmap|secret)s? \"(?P<name>[^\"]+)\" not found", re.IGNORECASE)


def named_in(complaint: str) -> str | None:
    """Return the one variable that a program's complaint names, or None when it is not clear."""
    found = set(_VARIABLE.findall(complaint)) - _WORDS - _ACRONYMS
    return found.pop() if len(found) == 1 else None


def asked_for(message: str, container: Container | None) -> str | None:
    """Return the one variable that takes its value from the object that is not there.

    Args:
        message: the cluster's words, which name a ConfigMap or Secret, or a key of one.
        container: the container as its template declares it.
    """
    key, whole = _KEY_OF.search(message), _OBJECT.search(message)
    if container is None or not (key or whole):
        return None
    if key:
        name = key["name"].rpartition("/")[2]
        wanted = f"{key['kind'].lower()} {name}/{key['key']}"
        found = {item.name for item in container.env if item.source == wanted}
    else:
        wanted = f"{whole['kind'].lower()} {whole['name'].rpartition('/')[2]}/" if whole else ""
        found = {item.name for item in container.env if item.source.startswith(wanted)}
    return found.pop() if len(found) == 1 else None
