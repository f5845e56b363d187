"""Messages without their variable parts, so that alike lines are counted as one."""

import re
from functools import lru_cache

from mcp_servers.common.text import printable, without_secrets

MAX_TEMPLATE_CHARS = 400

_MAYBE = re.compile(r"[0-9\"'`]")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_QUOTED = r"\"[^\"]{0,400}\"|(?<!\w)'[^']{0,400}'(?!\w)|`[^`]{0,400}`"
_TIME = (
    r"\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[ ]?[+-]\d\d:?\d\d)?)?"
    r"|\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
)
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_IP = (
    r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.]\d)"
    r"|(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}"
)
_POD = r"(?=[a-z]{0,9}\d)[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}"
_DURATION = r"(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+"
_SIZE = r"\d+(?:\.\d+)?\s?(?:[kKMGTP]i?B?|B|bytes)"
_HEX = r"0[xX][0-9a-fA-F]+|(?=[a-fA-F]{0,32}\d)(?=\d{0,32}[a-fA-F])[0-9a-fA-F]{8,}"
_NUMBER = r"[vV]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?"
_VARIABLE = re.compile(
    rf"(?P<str>{_QUOTED})|(?<![A-Za-z0-9_])(?:(?P<time>{_TIME})|(?P<uuid>{_UUID})|(?P<ip>{_IP})"
    rf"|(?P<duration>{_DURATION})|(?P<size>{_SIZE})|(?P<num>{_NUMBER})"
    rf"|(?P<id>{_POD}|{_HEX}))(?![A-Za-z0-9_])"
    r"|(?<![A-Za-z0-9_])(?P<word>[A-Za-z_]*\d\w*)"
)
_DIGITS = re.compile(r"\d+")
_TURNS = re.compile(r"\d[A-Za-z]")
_MIN_ID_CHARS = 5
_ORDINARY = frozenset(
    [
        "x509",
        "utf8",
        "utf16",
        "http1",
        "http2",
        "http3",
        "h2",
        "h2c",
        "s3",
        "ec2",
        "k8s",
        "ipv4",
        "ipv6",
        "sha1",
        "sha256",
        "sha512",
        "md5",
        "base64",
        "oauth2",
        "log4j",
        "tls1",
        "log4j2",
        "i18n",
        "l10n",
        "p50",
        "p90",
        "p95",
        "p99",
        "int32",
        "int64",
        "float32",
        "float64",
        "uint32",
        "uint64",
        "ed25519",
        "x86",
        "x64",
        "amd64",
        "arm64",
        "psycopg2",
        "urllib3",
        "boto3",
        "neo4j",
        "db2",
        "e2e",
        "web3",
        "grpc2",
    ]
)


@lru_cache(maxsize=8192)
def template_of(message: str) -> str:
    """Return the message with every variable part replaced by its kind: `<num>`, `<ip>`, ..."""
    text = without_secrets(printable(message))
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    if _MAYBE.search(text):
        masked = _VARIABLE.sub(_kind, text)
        text = masked if masked != "<str>" else f'"{_VARIABLE.sub(_kind, text[1:-1])}"'
    return text[:MAX_TEMPLATE_CHARS].strip()


def _kind(match: re.Match[str]) -> str:
    kind = match.lastgroup
    return f"<{kind}>" if kind != "word" else _masked_word(match[0])


def _masked_word(word: str) -> str:
    """Mask a word that holds digits: an identifier whole, a numbered name its number only."""
    if word.lower() in _ORDINARY:
        return word
    if len(word) >= _MIN_ID_CHARS and _TURNS.search(word):
        return "<id>"
    return _DIGITS.sub("<num>", word)
