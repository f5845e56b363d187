"""What another setting can break: how much, how long, where to."""

from sre_agent.diagnosis.changes.harm import Kind
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.traits import quantity, touched

KINDS: tuple[Kind, ...] = (
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
        {
            Symptom.QUEUE: 1.0,
            Symptom.RATE: 0.8,
            Symptom.SLOW: 0.3,
            Symptom.MEMORY: 0.3,
            Symptom.RACE: 0.3,
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
