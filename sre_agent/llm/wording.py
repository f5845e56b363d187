"""Words of a text: in which form they are compared, which of them only join others, and which count."""

import re

TOKEN = re.compile(r"→|[^\W_](?:[\w./:@'\u2019-]*[^\W_])?%?")
_WORDY = re.compile(r"[^\W\d_]+")

_DENIALS = frozenset(
    {"not", "no", "never", "nothing", "nobody", "none", "without", "neither", "nor", "cannot"}
)
_OUTCOMES = (
    *("approv", "reject", "resolv", "verif", "repair", "undo", "revert", "rolled", "fix", "expir"),
    *("recover", "healthy", "succe", "fail", "denied", "deny", "allow", "escalat", "restart"),
    *("scal", "delet", "drain", "cordon", "caus", "safe", "clos", "done", "finish", "stop"),
    *("halt", "cancel", "merg", "refus", "withheld", "carried", "appl", "open", "firing"),
)
"""Beginnings of words that tell how something ended or stands: they are taken to the letter."""

_JOINS = """
a an the of in on at for with as and but so that this these those there here
it its they them their he she his her is are was were be been being am has have had do does did
who whom whose what when where while then than also too
about into onto out up per via among between through
ask asks say says said tell tells told show shows shown name names named see seen
incident service alert platform people person evidence entry entries
"""
"""Words that say nothing that could be wrong."""

JOINING = frozenset(_JOINS.split())

_LIMITS = """
if unless would could might may should less more fewer than under over almost nearly partly
most least best worst first likely likeliest unlikely probably possibly possible perhaps maybe
seems seem appears appear suspect suspected weak weakly doubtful confidence estimate estimated
except otherwise unknown about around roughly approximately or either another
will shall must can needs need needed ought wait until once when whenever only after before
ask asked requested proposed suggested recommended planned scheduled pending expected intended
tries tried trying attempts attempted
"""
LIMITING = frozenset(_LIMITS.split())
"""Words without which a sentence claims more than it did with them, or tells as done what is to be done."""

_NUMERALS = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
    | {"dozen", "half", "hundred", "thousand"}
)
TURNING = frozenset({"by", "to", "from", "→"})
"""Words that tell who did something to whom, what became what, and what is to be done."""

_LIKE = {"waits": "wait", "waiting": "wait", "awaiting": "wait", "waited": "wait", "asks": "ask"}


def said(text: str) -> list[str]:
    """Return what is said in a text, word by word: what only joins is left out."""
    return [alike(token) for token in tokens(text) if token not in JOINING]


def tokens(text: str) -> list[str]:
    """Return all words of a text, as they stand there."""
    found: list[str] = TOKEN.findall(text.casefold())
    return found


def alike(word: str) -> str:
    """Return a word in the form in which it is compared: many of a thing are the thing."""
    if word in _LIKE or word in LIMITING:
        return _LIKE.get(word, word)
    if not _WORDY.fullmatch(word) or word.startswith(_OUTCOMES) or len(word) <= 3:
        return word
    return word.removesuffix("s")


def counts(word: str) -> bool:
    """Return whether leaving a word out changes what is said."""
    is_weighty = is_denial(word) or is_outcome(word) or word in LIMITING
    return is_weighty or is_number(word) or word in TURNING


def is_outcome(word: str) -> bool:
    """Return whether a word tells how something ended or stands."""
    return word.startswith(_OUTCOMES)


def is_denial(word: str) -> bool:
    """Return whether a word denies."""
    return word in _DENIALS or word.endswith(("n't", "n\u2019t"))


def is_number(word: str) -> bool:
    """Return whether a word is a number; the word of "one" is as often no number."""
    return word[:1].isnumeric() or word in _NUMERALS
