"""Secrets that only a looser look finds: too often wrong for what is stored, right for what leaves.

What is found here is replaced by something that can be turned back, so a mistake costs little.
"""

import math
import re
from collections import Counter

from sre_agent.safety.secret_names import NAME_ENDS, Shape, shape

_SIGN = r"(?:\\{0,3}[\"'])?\s{0,3}(?:[=:]|%3[dD]|=>)\s{0,3}(?:\\{0,3}[\"'])?"
"""Between a name and its value, in JSON inside JSON and in an encoded address too."""

_NAME = rf"(?:{NAME_ENDS}|token|credentials?|(?<![a-z])(?:pass(?:phrase|code)?|pin|otp))"

LOOSE: tuple[Shape, ...] = (
    # As in STORED, but with the quotes of JSON inside JSON, and encoded.
    shape(
        "secret",
        rf"(?i){_NAME}(?:\\{{1,3}}[\"']\s{{0,3}}:\s{{0,3}}\\{{1,3}}[\"']|%3d|\\{{1,2}}u003d|\s?[\uff1a\uff1d]\s?)"
        r"(?P<found>[^\s\"'\\&,;]{1,400})",
    ),
    # The driver's words for it, which may hold blanks.
    shape(
        "password",
        r"(?i)(?<![a-z])(?:password|pwd|sharedaccesskey)\s{0,3}=\s{0,3}(?P<found>[^;\"'\n]{1,200})(?=;)",
    ),
    # A variable of a container: its name in one line, its value in the next.
    shape(
        "secret",
        rf"(?i)\bname[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?[\w.-]{{0,80}}?(?:{_NAME})[\"']?\s{{0,3}},?"
        r"\s{0,40}[\"']?value[\"']?\s{0,3}[:=]\s{0,3}(?P<found>\"[^\"\n]{1,400}\"|[^\s\",}]{1,400})",
    ),
    shape(
        "secret",
        rf"(?i)<[\w:.-]{{0,40}}?(?:{_NAME})(?:\s[^<>]{{0,80}})?>(?P<found>[^<>\s][^<>]{{0,400}})</",
    ),
    shape(
        "password", r"(?i)\bpassword\s(?:is|was|to)\s+[\"']?(?P<found>(?=\S*\d)[^\s\"',;]{4,200})"
    ),
    shape("password", r"(?i)\blogin\s+\S{1,80}\s+password\s+(?P<found>\S{1,200})"),
    shape(
        "password",
        r"\bcurl\b[^\n|;]{0,120}?\s(?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:(?P<found>[^\s\"']{1,200})",
    ),
    shape("password", r"\bsshpass\s{1,3}-p\s{0,3}[\"']?(?P<found>[^\s\"']{1,200})"),
    shape("aws-key", r"(?i)\bsecret_access_key\s{1,4}(?P<found>[A-Za-z0-9/+]{30,80}={0,2})"),
    shape("credential", r"(?i)\bdigest\s[^\n]{0,400}?\bresponse=\"(?P<found>[0-9a-f]{32,128})\""),
    shape("password", rf"(?i)\"auth{_SIGN}(?P<found>[A-Za-z0-9+/]{{8,400}}={{0,2}})"),
    shape(
        "cookie",
        r"(?i)\b(?:set-)?cookie[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<found>[\w.-]{1,64}=[^\r\n\"']{1,4000})",
    ),
    shape(
        "session",
        rf"(?i)(?<![a-z])(?:j?session(?:[_.-]?(?:id|key|token))?|phpsessid|connect\.sid|sid|csrf[\w-]{{0,12}}|xsrf[\w-]{{0,12}}){_SIGN}"
        r"(?P<found>[\w%.+/=-]{12,400})",
    ),
    # An access key with what belongs to it right beside.
    shape(
        "aws-key",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}[\s\"',:;|/]{1,8}(?P<found>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    # The word for it, encoded, with what follows.
    shape("secret", r"(?<![A-Za-z0-9+/])(?P<found>cGFzc3dvcm[A-Za-z0-9+/]{4,400}={0,2})"),
    # What joins a node to a cluster.
    shape(
        "cluster-token",
        r"(?<![\w.-])(?=[a-z]*\d)[a-z0-9]{6}\.(?=[a-z]*\d[a-z]*\d)[a-z0-9]{16}(?![\w.-])",
    ),
)

_BY_NAME = shape(
    "secret",
    rf"(?i)(?<![a-z])(?:signature|sig|salt|signing|encryption|hmac|master|license|auth|nonce|bind|x-amz-security-token|[\w-]{{0,40}}key)"
    rf"(?:[_-](?:key|secret|value|code))?{_SIGN}(?P<found>[A-Za-z0-9+/_=.%~-]{{16,800}})",
)
_LONG_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_MIN_BITS = 3.2
"""Of entropy a character: words and names have less."""


def loose_spans(text: str) -> list[tuple[int, int, str]]:
    """Return where something may be a secret, and of which kind."""
    spans = [
        (*Shape.span(match), item.kind) for item in LOOSE for match in item.pattern.finditer(text)
    ]
    for match in _BY_NAME.pattern.finditer(text):
        is_key = (
            match[0][: match.start("found") - match.start()]
            .lower()
            .rstrip("\"'\\ :=")
            .endswith("key")
        )
        if is_random(match["found"], may_be_hex=not is_key):
            spans.append((*match.span("found"), _BY_NAME.kind))
    return spans


def is_random(value: str, *, may_be_hex: bool = True) -> bool:
    """Return whether a value reads as drawn by chance: all sorts of characters, or long hex."""
    if _LONG_HEX.fullmatch(value):
        return may_be_hex
    sorts = (str.islower, str.isupper, str.isdigit)
    if not all(any(sort(char) for char in value) for sort in sorts):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return bits >= _MIN_BITS
