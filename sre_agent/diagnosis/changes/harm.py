"""What a patch can break: kinds of change, each with the ways to fail that it leads to.

Each kind looks at what is gone and new for good, so that moving code about matches none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sre_agent.diagnosis.changes.patch import Patch
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.traits import (
    Trait,
    gone,
    is_guard_lost,
    is_made_in_loop,
    new,
    quantity,
    touched,
)


@dataclass(frozen=True)
class Harm:
    """A kind of change that a patch makes, and how likely each way to fail is after it (0 to 1).

    It is structural where it shows in the build of the code, and not only in words that it touches.
    """

    name: str
    leads_to: Mapping[Symptom, float]
    is_structural: bool = False


_KINDS: tuple[tuple[str, Trait, Mapping[Symptom, float]], ...] = (
    (
        "a guard against what is absent is gone",
        is_guard_lost,
        {Symptom.NULL: 1.0, Symptom.SCHEMA: 0.4, Symptom.START: 0.3},
    ),
    (
        "a lock is gone",
        gone(
            r"mutex|^lock$|^unlock$|^rlock$|synchronized|atomic|semaphore|singleflight|for_update|transaction|idempoten"
        ),
        {Symptom.RACE: 1.0, Symptom.NULL: 0.3, Symptom.CACHE: 0.5, Symptom.DATABASE: 0.4},
    ),
    (
        "a lock is held longer",
        new(r"mutex|^lock$|synchronized|exclusive|serializable|for_update|concurrently"),
        {Symptom.RACE: 0.9, Symptom.SLOW: 0.6, Symptom.DATABASE: 0.6, Symptom.POOL: 0.4},
    ),
    (
        "a time to live of cached data is another one",
        quantity(r"ttl|expir|max.?age|stale|jitter|cache|evict"),
        {
            Symptom.CACHE: 1.0,
            Symptom.DATABASE: 0.5,
            Symptom.SLOW: 0.4,
            Symptom.AUTH: 0.3,
            Symptom.MEMORY: 0.4,
        },
    ),
    (
        "what is cached, or under which key, is another",
        touched(r"cache|memoi|singleflight|redis|cdn|etag"),
        {Symptom.CACHE: 1.0, Symptom.DATABASE: 0.5, Symptom.SLOW: 0.4, Symptom.MEMORY: 0.4},
    ),
    (
        "the size of a pool is another",
        quantity(
            r"pool|max.?conn|max.?open|max.?idle|min.?idle|connection|worker|concurren|in.?flight|thread|max.?procs"
        ),
        {
            Symptom.POOL: 1.0,
            Symptom.SLOW: 0.6,
            Symptom.DATABASE: 0.4,
            Symptom.CPU: 0.4,
            Symptom.QUEUE: 0.4,
        },
    ),
    (
        "a timeout is another",
        quantity(
            r"time.?out|deadline|keep.?alive|interval|\bwait|ttl|time\.\w+|milli|second|_ms\b|_s\b"
        ),
        {
            Symptom.SLOW: 1.0,
            Symptom.POOL: 0.5,
            Symptom.RATE: 0.4,
            Symptom.ADDRESS: 0.5,
            Symptom.QUEUE: 0.4,
        },
    ),
    (
        "when calls are tried again is another",
        touched(r"retr(?:y|ies)|back.?off|attempt|jitter|circuit|breaker|hedg"),
        {
            Symptom.RATE: 1.0,
            Symptom.SLOW: 0.5,
            Symptom.POOL: 0.4,
            Symptom.ADDRESS: 0.5,
            Symptom.CPU: 0.3,
            Symptom.QUEUE: 0.3,
        },
    ),
    (
        "who may come in is checked otherwise",
        touched(
            r"jwt|jwks|token|claim|issuer|\biss\b|audience|\baud\b|verif|signature|\balg|\bkid\b|leeway|skew|scope|permission|role\b|auth|secret|session|cookie|cors|csrf"
        ),
        {Symptom.AUTH: 1.0, Symptom.SCHEMA: 0.2, Symptom.CERTIFICATE: 0.2},
    ),
    (
        "what is opened is closed no more",
        gone(
            r"close|release|free|cleanup|cancel|stop|dispose|unsubscribe|removelistener|defer|finally|with|delete|evict|ticker|flush"
        ),
        {
            Symptom.MEMORY: 1.0,
            Symptom.POOL: 0.9,
            Symptom.SLOW: 0.3,
            Symptom.DISK: 0.3,
            Symptom.RACE: 0.3,
        },
    ),
    (
        "something grows without bound",
        lambda patch: (
            bool(
                re.search(
                    r"append\(|push\(|\]\s*=|\.add\(|\.put\(|\bgo func|make\(map|global|static|register|listener|addEventListener",
                    "\n".join(patch.added),
                )
            )
            and not re.search(
                r"prometheus|metric|counter|histogram", "\n".join(patch.added), re.IGNORECASE
            )
        ),
        {Symptom.MEMORY: 0.8, Symptom.POOL: 0.3, Symptom.CPU: 0.2},
    ),
    (
        "a query is another",
        touched(
            r"\bselect\b|\bwhere\b|\bjoin\b|order by|group by|\blimit\b|\bindex\b|query|\bsql|find(?:all|by|one|many)|preload|eager|lazy|batch|prefetch|aggregat"
        ),
        {
            Symptom.DATABASE: 1.0,
            Symptom.SLOW: 0.7,
            Symptom.CPU: 0.4,
            Symptom.POOL: 0.4,
            Symptom.SCHEMA: 0.4,
        },
    ),
    (
        "each element is asked for on its own",
        is_made_in_loop,
        {
            Symptom.DATABASE: 1.0,
            Symptom.SLOW: 0.8,
            Symptom.RATE: 0.5,
            Symptom.POOL: 0.5,
            Symptom.CPU: 0.3,
        },
    ),
    (
        "the shape of stored data is another",
        touched(
            r"alter table|drop (?:column|index|table)|add (?:column|constraint)|rename|create (?:unique )?index|not null|migrat|\bmapping|analy[sz]er|\"type\"\s*:|\bkeyword\b|dynamic"
        ),
        {Symptom.SCHEMA: 1.0, Symptom.DATABASE: 0.9, Symptom.SLOW: 0.4, Symptom.RACE: 0.4},
    ),
    (
        "the form of messages is another",
        touched(
            r"json:|proto|avro|schema|serializ|marshal|encod|decod|charset|utf|gzip|zstd|compress|required|optional|enum|content.?type|version|format|parse|strict"
        ),
        {Symptom.SCHEMA: 1.0, Symptom.QUEUE: 0.4, Symptom.NULL: 0.3},
    ),
    (
        "a pattern is matched otherwise",
        touched(
            r"regex|re\.compile|mustcompile|pattern|\.match\(|\.\*|\\d|\\w|\)[+*]|/\^|\^[\[(]|\(\?"
        ),
        {Symptom.CPU: 1.0, Symptom.SLOW: 0.7, Symptom.SCHEMA: 0.5, Symptom.ADDRESS: 0.3},
    ),
    (
        "an address is another",
        touched(
            r"https?://|:\d{2,5}\b|\bhost|\bport\b|endpoint|\burl|upstream|base.?path|route|svc\.|region|dns|resolver|ndots|nameserver"
        ),
        {Symptom.ADDRESS: 1.0, Symptom.NAMES: 0.8, Symptom.SLOW: 0.3, Symptom.CERTIFICATE: 0.3},
    ),
    (
        "how the other side proves itself is another",
        touched(r"\btls|cert|x509|\bca\b|ca_?bundle|cipher|insecure|sni\b|server.?name|trust|ssl"),
        {Symptom.CERTIFICATE: 1.0, Symptom.ADDRESS: 0.3},
    ),
    (
        "how much is let in is another",
        quantity(r"rate|limit|quota|burst|\bqps|\brps|throttl|max.?requests|per.?second|sampl"),
        {Symptom.RATE: 1.0, Symptom.SLOW: 0.3, Symptom.CPU: 0.4, Symptom.MEMORY: 0.3},
    ),
    (
        "the resources it may use are others",
        quantity(
            r"memory|limits?:|requests?:|heap|xmx|gomemlimit|gogc|replicas|cpu\b|gomaxprocs|buffer|capacity|ulimit"
        ),
        {
            Symptom.MEMORY: 1.0,
            Symptom.CPU: 0.9,
            Symptom.SLOW: 0.4,
            Symptom.START: 0.4,
            Symptom.DISK: 0.3,
        },
    ),
    (
        "messages are taken or given back otherwise",
        touched(
            r"batch|prefetch|partition|consumer|poll|offset|\back\b|nack|commit|visibility|group.?id|topic|queue|producer|flush|linger"
        ),
        {Symptom.QUEUE: 1.0, Symptom.SLOW: 0.3, Symptom.MEMORY: 0.3, Symptom.RACE: 0.3},
    ),
    (
        "work is done in the way of requests",
        new(
            r"sleep|sync$|blocking|wait|fsync|readfile|execsync|bcrypt|scrypt|pbkdf|sort|deepcopy|clone|stringify|indent"
        ),
        {Symptom.SLOW: 1.0, Symptom.CPU: 0.8, Symptom.POOL: 0.4, Symptom.QUEUE: 0.4},
    ),
    (
        "a setting has another name or value",
        touched(
            r"getenv|environ|process\.env|config\.|settings?\.|\benv\b|viper|flag|default|enabled|feature"
        ),
        {
            Symptom.START: 1.0,
            Symptom.ADDRESS: 0.4,
            Symptom.AUTH: 0.3,
            Symptom.SCHEMA: 0.3,
            Symptom.NULL: 0.3,
        },
    ),
    (
        "errors are no longer looked at",
        lambda patch: (
            patch.lost_conditions > 0
            and bool(
                re.search(r"\berr\b|catch|except|rescue|fallback|default", "\n".join(patch.removed))
            )
        ),
        {
            Symptom.NULL: 0.6,
            Symptom.SCHEMA: 0.4,
            Symptom.ADDRESS: 0.5,
            Symptom.RACE: 0.2,
            Symptom.SLOW: 0.2,
        },
    ),
    (
        "a condition is another",
        lambda patch: (
            not patch.is_rearranged
            and bool(
                {
                    "<",
                    ">",
                    "<=",
                    ">=",
                    "==",
                    "!=",
                    "&&",
                    "||",
                    "!",
                    "true",
                    "false",
                    "not",
                    "and",
                    "or",
                }
                & {*patch.gone, *patch.new}
            )
        ),
        dict.fromkeys(Symptom, 0.3),
    ),
)


_STRUCTURAL = frozenset(
    {
        "a guard against what is absent is gone",
        "a lock is gone",
        "each element is asked for on its own",
    }
)


def harms(patch: Patch) -> tuple[Harm, ...]:
    """Return the kinds of change that a patch makes."""
    return tuple(
        Harm(name, leads_to, name in _STRUCTURAL)
        for name, applies, leads_to in _KINDS
        if applies(patch)
    )
