"""Taking secrets out of text before it is stored, shown or sent."""

import re
from collections.abc import Sequence
from typing import Any

MASK = "[redacted]"

# Whoever writes the text may be hostile, so the work must grow with its length and no faster: what
# may be long is looked through from where its run of characters starts, not from each place in it.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A private key, with all its lines.
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
        MASK,
    ),
    # A JSON Web Token: three base64url parts, the first an object.
    (
        re.compile(
            r"(?<![\w-])(?=[\w-]++\.[\w-]{5,}+\.)([\w-]*?)\beyJ[\w-]{5,}+\.[\w-]{5,}+\.[\w-]*"
        ),
        rf"\1{MASK}",
    ),
    # Credentials of an HTTP header.
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {MASK}"),
    # User and password in a URL or connection string.
    (
        re.compile(r"(?i)(?<![^\s@])(?=[^\s@]++@)([^\s@]*?[a-z0-9+.-]://[^\s:/@]*+):[^\s@]++@"),
        rf"\1:{MASK}@",
    ),
    # The same without a scheme, as the drivers of Go and Oracle write it.
    (
        re.compile(
            r"(?<![\w.%+-])([\w.%+-]{1,64}[:/])(?!/)[^\s\"'(]{1,128}@(?=(?:tcp|unix|udp|tls)\(|//)"
        ),
        rf"\1{MASK}@",
    ),
    # A named secret in JSON, a query string, an assignment or a header.
    (
        re.compile(
            r"(?i)((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|"
            r"private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|token|credential)s?"
            r"[\"']?\s*[:=]\s*)"
            r"(\[redacted\][^\s,;&\"'}\]]*|\"[^\"]+\"|'[^']+'|[^\s,;&\"'}\]]+)"
        ),
        rf"\1{MASK}",
    ),
    # The value after a flag, on a command line or as the next argument of a list.
    (
        re.compile(
            r"(?i)(?<![\w.-])((?=-|[\w.-]*?\.-)[\w.-]*-(?:password|passwd|pwd|secret|"
            r"api[_-]?key|access[_-]?key|private[_-]?key|token|credentials?)"
            r"(?:[\"']\s*,\s*[\"']|\s+))(?!-)(\"[^\"]+\"|'[^']+'|[^\s\"',;]+)"
        ),
        rf"\1{MASK}",
    ),
    # MySQL's short flag, which has its value attached; the capital one is a port.
    (
        re.compile(
            r"((?<![\w-])(?>[\w-]*?\b(?:mysql|mariadb))[\w-]*+[^\n;|]{0,400}?[\s\"']-p)"
            r"(\"[^\"]+\"|'[^']+'|[^\s\"',;]+)"
        ),
        rf"\1{MASK}",
    ),
    # Keys with a known shape: AWS, GitHub, Slack, Stripe and their like, Google.
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),
    (re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"), MASK),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"), MASK),
    (re.compile(r"\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{10,}"), MASK),
    (re.compile(r"\bAIza[A-Za-z0-9_-]{30,}"), MASK),
)


_IMAGE = re.compile(
    r"[a-z0-9][\w.-]{0,250}(?::[0-9]{1,5}(?=/))?(?:/[\w.-]{1,250}){0,20}(?::[\w.-]{1,128})?"
    r"(?:@sha256:[0-9a-f]{64})?"
)
_MYSQL = re.compile(r"^(?:.*/)?(?:mysql|mariadb)[\w-]*$")
_SECRET_NAME = re.compile(
    r"(?i)(?:^|[_.-])(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|"
    r"token|credentials?)$"
)


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret masked. Redacting twice is harmless."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_json(value: Any) -> Any:
    """Return a JSON value with every text redacted, and what is named like a secret masked whole.

    Names are keys of objects, `name` beside `value`, as in the variables of a container, and a flag
    before its value in a list of arguments.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return _arguments(value)
    if not isinstance(value, dict):
        return value
    found = {key: _redacted(key, item, value) for key, item in value.items()}
    if _is_secret(value.get("name")) and isinstance(value.get("value"), str):
        found["value"] = MASK
    return found


def _redacted(key: str, item: Any, beside: dict[str, Any]) -> Any:
    if _is_secret(key) and isinstance(item, str) and item:
        return MASK
    return item if _is_version(key, item, beside) else redact_json(item)


def _is_version(key: str, item: Any, beside: dict[str, Any]) -> bool:
    """Return whether it names images: the version in `auth-token:1.4` is no secret."""
    is_change = key in {"before", "after"} and str(beside.get("path", "")).endswith(".image")
    names = item if isinstance(item, list | tuple) else [item]
    return (is_change or key in {"image", "images"}) and all(
        isinstance(name, str) and _IMAGE.fullmatch(name) for name in names
    )


def _arguments(items: Sequence[Any]) -> list[Any]:
    is_mysql = any(isinstance(item, str) and _MYSQL.match(item) for item in items)
    found: list[Any] = []
    before: Any = None
    for item in items:
        is_text = isinstance(item, str) and bool(item)
        if is_text and _is_flag(before) and not item.startswith("-"):
            found.append(MASK)
        elif is_text and is_mysql and item.startswith("-p") and item != "-p":
            found.append(f"-p{MASK}")
        else:
            found.append(redact_json(item))
        before = item
    return found


def _is_flag(item: object) -> bool:
    return isinstance(item, str) and item.startswith("-") and _is_secret(item)


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and bool(_SECRET_NAME.search(name))
