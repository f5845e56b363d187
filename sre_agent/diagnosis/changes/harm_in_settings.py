"""What another setting can break: how much, how long, where to."""

from collections.abc import Mapping

from sre_agent.diagnosis.changes.harm import Kind
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.traits import less, more, set_anew, touched

_Ways = Mapping[Symptom, float]


def _sized(
    words: str, another: str, *, is_less: tuple[str, _Ways], is_more: tuple[str, _Ways]
) -> tuple[Kind, ...]:
    """Return what less and more of something break, each under its name; not known which, both may."""
    (few, by_less), (much, by_more) = is_less, is_more
    either = {
        way: max(by_less.get(way, 0.0), by_more.get(way, 0.0)) for way in {**by_less, **by_more}
    }
    return (
        (few, less(words), by_less),
        (much, more(words), by_more),
        (another, set_anew(words), either),
    )


KINDS: tuple[Kind, ...] = (
    *_sized(
        r"ttl|expir|max.?age|stale|jitter|cache|evict",
        "a time to live of cached data is another one",
        is_less=(
            "a time to live of cached data is shorter",
            {Symptom.CACHE: 1.0, Symptom.DATABASE: 0.5, Symptom.SLOW: 0.4, Symptom.AUTH: 0.3},
        ),
        is_more=(
            "a time to live of cached data is longer",
            {Symptom.CACHE: 0.4, Symptom.MEMORY: 0.6, Symptom.SCHEMA: 0.3, Symptom.AUTH: 0.3},
        ),
    ),
    *_sized(
        r"pool|max.?conn(?!ections)|max.?open|max.?idle|min.?idle|(?<!max_)(?<!max_user_)connection",
        "the size of a pool is another",
        is_less=(
            "a pool is smaller",
            {
                Symptom.POOL: 1.0,
                Symptom.SLOW: 0.6,
                Symptom.QUEUE: 0.4,
                Symptom.CROWDED: 0.3,
                Symptom.DATABASE: 0.3,
            },
        ),
        is_more=(
            "a pool is larger",
            {
                Symptom.CROWDED: 0.7,
                Symptom.DATABASE: 0.4,
                Symptom.CPU: 0.4,
                Symptom.MEMORY: 0.4,
                Symptom.RATE: 0.4,
            },
        ),
    ),
    *_sized(
        r"^(?!.*pool).*(?:worker|concurren|in.?flight|thread|max.?procs)",
        "how much is done at once is another",
        is_less=(
            "less is done at once",
            {Symptom.POOL: 0.8, Symptom.QUEUE: 0.8, Symptom.SLOW: 0.6},
        ),
        is_more=(
            "more is done at once",
            {
                Symptom.POOL: 0.8,
                Symptom.CROWDED: 0.8,
                Symptom.CPU: 0.6,
                Symptom.MEMORY: 0.6,
                Symptom.RATE: 0.6,
                Symptom.DATABASE: 0.5,
                Symptom.SLOW: 0.4,
            },
        ),
    ),
    *_sized(
        r"max_(?:user_)?connections",
        "how many connections are allowed is another",
        is_less=(
            "fewer connections are allowed",
            {Symptom.CROWDED: 1.0, Symptom.POOL: 1.0, Symptom.SLOW: 0.6},
        ),
        is_more=("more connections are allowed", {Symptom.MEMORY: 0.4, Symptom.DATABASE: 0.4}),
    ),
    *_sized(
        r"time.?out|deadline|keep.?alive|interval|\bwait|ttl|time\.\w+|milli|second|_ms\b|_s\b",
        "a timeout is another",
        is_less=(
            "a timeout is shorter",
            {
                Symptom.SLOW: 1.0,
                Symptom.RATE: 0.5,
                Symptom.ADDRESS: 0.5,
                Symptom.POOL: 0.3,
                Symptom.QUEUE: 0.3,
            },
        ),
        is_more=(
            "a timeout is longer",
            {Symptom.POOL: 0.6, Symptom.QUEUE: 0.6, Symptom.SLOW: 0.4, Symptom.CROWDED: 0.4},
        ),
    ),
    (
        "when calls are tried again is another",
        touched(r"retr(?:y|ies)|back.?off|attempt|jitter|circuit|breaker|hedg"),
        {
            Symptom.RATE: 1.0,
            Symptom.SLOW: 0.5,
            Symptom.POOL: 0.4,
            Symptom.CROWDED: 0.4,
            Symptom.ADDRESS: 0.5,
            Symptom.CPU: 0.3,
            Symptom.QUEUE: 0.3,
        },
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
    *_sized(
        r"^(?!.*(?:memory|cpu|heap|connections)).*(?:rate|limit|quota|burst|\bqps|\brps|throttl|max.?requests|per.?second|sampl)",
        "how much is let in is another",
        is_less=("what is let in is less", {Symptom.RATE: 1.0, Symptom.SLOW: 0.3}),
        is_more=(
            "what is let in is more",
            {
                Symptom.CPU: 0.6,
                Symptom.MEMORY: 0.6,
                Symptom.DATABASE: 0.4,
                Symptom.RATE: 0.3,
                Symptom.SLOW: 0.3,
                Symptom.DISK: 0.3,
            },
        ),
    ),
    *_sized(
        r"memory|limits?:|requests?:|heap|xmx|gomemlimit|gogc|replicas|cpu\b|gomaxprocs|buffer|capacity|ulimit",
        "the resources it may use are others",
        is_less=(
            "what it may use is less",
            {
                Symptom.MEMORY: 1.0,
                Symptom.CPU: 0.9,
                Symptom.SLOW: 0.4,
                Symptom.START: 0.4,
                Symptom.DISK: 0.3,
            },
        ),
        is_more=(
            "what it may use is more",
            {Symptom.START: 0.5, Symptom.CROWDED: 0.4, Symptom.DISK: 0.3, Symptom.MEMORY: 0.2},
        ),
    ),
    (
        "a program takes more memory for itself",
        more(r"heap|xmx|gomemlimit|gogc|buffer|max.?old.?space|cache.?size"),
        {Symptom.MEMORY: 0.9},
    ),
    (
        "messages are taken or given back otherwise",
        touched(
            r"batch|prefetch|partition|consumer|poll|offset|\back\b|nack|commit|visibility|group.?id|topic|queue|producer|flush|linger"
        ),
        {
            Symptom.QUEUE: 1.0,
            Symptom.RATE: 0.8,
            Symptom.SLOW: 0.3,
            Symptom.MEMORY: 0.3,
            Symptom.RACE: 0.3,
            Symptom.LOCKED: 0.3,
        },
    ),
    (
        "more is written down",
        touched(r"level\b|verbos|debug|trace"),
        {Symptom.DISK: 1.0, Symptom.CPU: 0.5, Symptom.SLOW: 0.3},
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
)
