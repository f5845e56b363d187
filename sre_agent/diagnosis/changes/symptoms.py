"""What kind of failing complaints tell of, in the words that programs of all kinds use for it."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum


class Symptom(StrEnum):
    """A way to fail that says something of its reason."""

    NULL = "null"
    RACE = "race"
    LOCKED = "locked"
    SCHEMA = "schema"
    SLOW = "slow"
    POOL = "pool"
    CROWDED = "crowded"
    CACHE = "cache"
    AUTH = "auth"
    MEMORY = "memory"
    CPU = "cpu"
    ADDRESS = "address"
    NAMES = "names"
    CERTIFICATE = "certificate"
    RATE = "rate"
    QUEUE = "queue"
    DATABASE = "database"
    DISK = "disk"
    START = "start"


IN_WORDS: Mapping[Symptom, str] = {
    Symptom.NULL: "a value that is absent or out of range",
    Symptom.RACE: "a race",
    Symptom.LOCKED: "a wait for a lock",
    Symptom.SCHEMA: "data of an unexpected form",
    Symptom.SLOW: "slow answers",
    Symptom.POOL: "an exhausted pool",
    Symptom.CROWDED: "too many connections",
    Symptom.CACHE: "a cache that misses",
    Symptom.AUTH: "refused access",
    Symptom.MEMORY: "memory that runs out",
    Symptom.CPU: "a busy processor",
    Symptom.ADDRESS: "an address that does not answer",
    Symptom.NAMES: "names that do not resolve",
    Symptom.CERTIFICATE: "failing TLS handshakes",
    Symptom.RATE: "too many requests",
    Symptom.QUEUE: "a growing queue",
    Symptom.DATABASE: "slow or failing queries",
    Symptom.DISK: "a full disk",
    Symptom.START: "a start that fails",
}
"""Each way to fail as people say it."""
_WORDS: Mapping[Symptom, str] = {
    Symptom.NULL: r"nil pointer|null ?pointer|nonetype|undefined is not|cannot read propert|sigsegv|"
    r"segmentation|null reference|unwrap.{0,12} on .{0,6}none|attributeerror|keyerror|index out of (?:range|bounds)|"
    r"indexerror|typeerror|nosuchelement|\bpanic|divide by zero|arithmetic",
    Symptom.RACE: r"concurrent map|data race|concurrentmodification|race condition|double (?:charge|spend|free)|"
    r"duplicate (?:key|order|charge|request)|fatal error: concurrent",
    Symptom.LOCKED: r"dead.?lock|lock (?:wait|timeout|held|contention)|waiting for (?:a |the )?\w* ?lock|all goroutines are asleep|"
    r"could not (?:obtain|acquire) (?:a )?lock|lock not available",
    Symptom.SCHEMA: r"missing (?:required )?(?:field|key|column|property)|unknown (?:field|column|property|type)|deseriali|"
    r"unmarshal|decod(?:e|ing)|pars(?:e|ing) (?:error|fail)|failed to parse|no such (?:column|field|table)|"
    r"(?:column|field|relation|table|attribute)\b.{0,40}(?:does not exist|not found|unknown|no longer)|mapping|"
    r"type mismatch|cannot (?:coerce|convert|cast)|invalid (?:type|format|enum|value)|schema|validation|"
    r"illegal_argument|illegalargument|unexpected (?:token|type|field|end)|protobuf|malformed|\b400\b|\b422\b|query_shard",
    Symptom.SLOW: r"time(?:d)?[ -]?out|deadline exceeded|p9\d|p50|latency|duration|slow|took \d|stall|saturat|"
    r"context cancell?ed|hang|response time",
    Symptom.POOL: r"pool|too many open|connections? (?:exhaust|limit|leak)|exhausted|"
    r"acquir|waiting for (?:a )?conn|no (?:free|available) (?:connections?|worker)|"
    r"in[ _]use|pending (?:conn|acquire)|thread ?pool|check-?out timeout|emfile|file descriptors?",
    Symptom.CROWDED: r"too many (?:\w+ )?(?:clients|connections)|connection slots|max_(?:user_)?connections|"
    r"connection limit exceeded",
    Symptom.CACHE: r"cache|hit[_ ]?(?:ratio|rate)|\bmiss(?:es)?\b|stampede|thundering|evict|redis|memcache|origin",
    Symptom.AUTH: r"\b40[13]\b|unauthori[sz]|forbidden|\bjwt|jwks|token|signature|issuer|audience|claims?|permission|"
    r"access denied|credential|login|session|authent|oauth|csrf|cors",
    Symptom.MEMORY: r"\boom|out of memory|(?<!invalid )memory|heap|\brss\b|\bgc\b|garbage|leak|goroutines\b|allocat",
    Symptom.CPU: r"\bcpu|throttl|backtrack|spin|busy loop|event loop|load average",
    Symptom.ADDRESS: r"connection refused|econnrefused|unreachable|no route|\b404\b|not found|wrong (?:host|port)|"
    r"bad gateway|\b50[234]\b|no healthy upstream|connection reset|econnreset|upstream",
    Symptom.NAMES: r"no such host|enotfound|servfail|nxdomain|name resolution|resolv(?:e|er|ing) |getaddrinfo|"
    r"eai_again|\bdns\b|zero addresses|lookup \S+ on|name or service not known",
    Symptom.CERTIFICATE: r"x509|certificate|\btls\b|handshake|\bssl\b|not ?after|\bpkix|self[- ]signed",
    Symptom.RATE: r"\b429\b|too many requests|rate.?limit|quota|retr(?:y|ies)|amplif|requests? per|resource_exhausted|"
    r"circuit|shed|overload|too large|exceeds (?:the )?(?:max|limit)|\b413\b",
    Symptom.QUEUE: r"\blag|backlog|queue|offset|consumer|rebalanc|oldest ?message|unacked|redeliver|dead.?letter|\bdlq|"
    r"poison|partition|stale|dropp(?:ed|ing)",
    Symptom.DATABASE: r"\bsql|quer(?:y|ies)|seq(?:uential)? scan|full scan|\bindex\b|lock wait|rows?\b|postgres|mysql|mongo|"
    r"\bdb[_ ]|database|replica|transaction|statement|elasticsearch|shard|migration",
    Symptom.DISK: r"no space left|disk|inode|enospc|read-only file|\biops|volume",
    Symptom.START: r"crashloop|failed to start|exit code|missing (?:env|config|variable)|required (?:env|config|setting)|"
    r"config(?:uration)? (?:error|invalid|missing)|not set\b|cannot load|startup|readiness|liveness",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in _WORDS.items()}


def told(complaints: Iterable[tuple[str, float]]) -> Mapping[Symptom, float]:
    """Return how strongly complaints tell of each kind of failing: the weight of the strongest.

    Args:
        complaints: texts, each with a weight between 0 and 1.
    """
    found: dict[Symptom, float] = {}
    for text, weight in complaints:
        plain = text.replace("_", " ") + " " + text
        for name, pattern in _PATTERNS.items():
            if pattern.search(plain):
                found[name] = max(found.get(name, 0.0), weight)
    return {name: found[name] for name in sorted(found)}
