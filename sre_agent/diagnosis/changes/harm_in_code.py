"""What a change of the code can break."""

import re

from sre_agent.diagnosis.changes.harm import Kind
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.traits import (
    gone,
    is_guard_lost,
    is_made_in_loop,
    is_only_indexed,
    is_unlocking_lost,
    is_unset,
    new,
    touched,
    unless_indexed,
)

KINDS: tuple[Kind, ...] = (
    (
        "a guard against what is absent is gone",
        is_guard_lost,
        {Symptom.NULL: 1.0, Symptom.SCHEMA: 0.4, Symptom.START: 0.3},
    ),
    ("what a field was set to is gone", is_unset, {Symptom.NULL: 0.5, Symptom.START: 0.3}),
    (
        "a lock is gone",
        gone(
            r"mutex|^lock$|^unlock$|^rlock$|synchronized|atomic|semaphore|singleflight|for_update|transaction|idempoten"
        ),
        {Symptom.RACE: 1.0, Symptom.NULL: 0.3, Symptom.CACHE: 0.5, Symptom.DATABASE: 0.4},
    ),
    (
        "a lock is given back no more",
        is_unlocking_lost,
        {Symptom.LOCKED: 1.0, Symptom.SLOW: 0.7, Symptom.POOL: 0.5, Symptom.MEMORY: 0.3},
    ),
    (
        "a lock is held longer",
        new(r"mutex|^lock$|synchronized|exclusive|serializable|for_update"),
        {
            Symptom.LOCKED: 1.0,
            Symptom.SLOW: 0.6,
            Symptom.DATABASE: 0.6,
            Symptom.POOL: 0.4,
            Symptom.CROWDED: 0.3,
        },
    ),
    (
        "what is cached, or under which key, is another",
        touched(r"cache|memoi|singleflight|redis|cdn|etag", in_numbers=False),
        {
            Symptom.CACHE: 1.0,
            Symptom.RATE: 0.7,
            Symptom.DATABASE: 0.5,
            Symptom.SLOW: 0.4,
            Symptom.MEMORY: 0.4,
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
            Symptom.CROWDED: 0.9,
            Symptom.SLOW: 0.3,
            Symptom.DISK: 0.3,
            Symptom.RACE: 0.3,
            Symptom.LOCKED: 0.5,
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
        {Symptom.MEMORY: 0.8, Symptom.POOL: 0.3, Symptom.CROWDED: 0.3, Symptom.CPU: 0.2},
    ),
    (
        "a query is another",
        unless_indexed(
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
            Symptom.CROWDED: 0.4,
            Symptom.CPU: 0.3,
        },
    ),
    (
        "an index is added",
        is_only_indexed,
        {Symptom.LOCKED: 0.9, Symptom.QUEUE: 0.3, Symptom.DISK: 0.3, Symptom.DATABASE: 0.3},
    ),
    (
        "the shape of stored data is another",
        unless_indexed(
            r"alter table|drop (?:column|index|table)|add constraint|not null|rename (?:column|table|to)\b|"
            r"create (?:unique )?index|migrat|\bmappings?[\"']?\s*[:=(]|[_/\"']mappings?\b|analy[sz]er|"
            r"\"type\"\s*:|[\"']keyword[\"']|[\"']dynamic[\"']"
        ),
        {
            Symptom.SCHEMA: 1.0,
            Symptom.DATABASE: 0.9,
            Symptom.SLOW: 0.4,
            Symptom.RACE: 0.3,
            Symptom.LOCKED: 0.7,
        },
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
        "work is done in the way of requests",
        new(
            r"sleep|sync$|blocking|wait|fsync|readfile|execsync|bcrypt|scrypt|pbkdf|sort|deepcopy|clone|stringify|indent"
        ),
        {Symptom.SLOW: 1.0, Symptom.CPU: 0.8, Symptom.POOL: 0.4, Symptom.QUEUE: 0.4},
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
