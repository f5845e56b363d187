"""Databases that a client does not reach: at a wrong port, or at none."""

import re
from collections import Counter
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import hosts, sayings, wellbeing
from sre_agent.diagnosis.kubernetes.dependencies import databases
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.sayings import Saying
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_WORDS = (
    "Communications link failure",
    "CommunicationsException",
    "Can't connect to MySQL server",
    "Can't connect to server on",
    "could not connect to server",
    "connection to server at",
    "Connection to localhost",
    "Unable to acquire JDBC Connection",
    "Unable to open JDBC Connection",
    "Could not connect to Redis",
    "RedisConnectionException",
    "Error connecting to Redis",
    "MongoNetworkError",
    "MongoServerSelectionError",
    "ServerSelectionTimeoutError",
    "ECONNREFUSED",
    "connection refused",
    "Connection refused",
)
_SURE = re.compile(
    r"JDBC|jdbc|MySQL|mysql|Communications(?: link failure|Exception)|[Pp]ostgres|psycopg|pgx"
    r"|[Rr]edis|[Mm]ongo|SQL|Hikari"
)
_REFUSED = ("Connection refused", "connection refused", "ECONNREFUSED")
_NAMES = ("UnknownHostException", "no such host", "Name or service not known", "ENOTFOUND")
_ANSWERED = ("Access denied", "Too many connections", "password authentication failed")
MANY = 3
"""As many clients do not all have a wrong port."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the port a client asks at if its database is up, and else the database."""
    known = databases.databases(view)
    failing = [item for item in _failing(view) if item.owner not in known]
    meant = {item.owner: databases.meant(view, item.owner, item.line) for item in failing}
    clients = Counter(ref for ref in meant.values() if ref)
    for item in failing:
        database = meant[item.owner]
        if database and _is_down(view, database, clients[database]):
            continue
        yield _client(view, item, database)
    for database, count in sorted(clients.items(), key=lambda pair: str(pair[0])):
        if _is_down(view, database, count):
            ids = [item.source for item in failing if meant[item.owner] == database]
            yield cause(
                Suspect(FaultClass.DATABASE_UNREACHABLE, database),
                "database.unreachable",
                weights.CONTRADICTION,
                f"{count} workloads do not reach {database.name}",
                ids,
                clients=count,
            )
    yield from _set_wrong(view, known)


def _failing(view: View) -> Iterator[Saying]:
    """Yield one line of each unwell workload that does not reach a database."""
    texts: dict[ObjectRef, str] = {}
    for owner, _, text in view.log_texts:
        texts[owner] = f"{texts.get(owner, '')}\n{text}"
    seen: set[ObjectRef] = set()
    for said in sayings.sayings(view, *_WORDS):
        text = texts[said.owner]
        is_else = any(word in text for word in (*_NAMES, *_ANSWERED))
        if said.owner in seen or is_else or not wellbeing.is_unwell(view, said.owner):
            continue
        if _SURE.search(said.line) or _at_database(said.line) or "Communications link" in text:
            seen.add(said.owner)
            yield said


def _at_database(line: str) -> bool:
    return any(port in databases.PORTS for _, port in hosts.in_text(line))


def _is_down(view: View, database: ObjectRef, clients: int) -> bool:
    return not databases.is_up(view, database) or clients >= MANY


def _client(view: View, item: Saying, database: ObjectRef | None) -> Hypothesis:
    ref = item.owner
    ports = databases.ports_of(view, database) if database else {}
    asked = [port for _, port in hosts.in_text(item.line) if port not in ports]
    is_refused = any(
        word in text for owner, _, text in view.log_texts if owner == ref for word in _REFUSED
    )
    if database and ports and (asked or is_refused):
        has = ", ".join(str(port) for port in sorted(ports))
        at = f" at port {asked[0]}" if asked else ""
        return cause(
            Suspect(FaultClass.DATABASE_WRONG_PORT, ref),
            "words.database_port",
            weights.POD_STATE if is_refused or asked else weights.CONTRADICTION,
            f"{ref.name} is refused{at}, while {database.name} is up at {has}: "
            f"{item.quote('onnect')}",
            [item.source, view.workloads[database].meta.source],
            database=database.name,
        )
    return cause(
        Suspect(FaultClass.DATABASE_UNREACHABLE, ref),
        "words.database",
        weights.WORDS_IN_PASSING,
        f"{ref.name} does not reach its database: {item.quote('onnect')}",
        [item.source],
        database=database.name if database else None,
    )


def _set_wrong(view: View, known: tuple[ObjectRef, ...]) -> Iterator[Hypothesis]:
    """Suspect a variable that names a database's Service with a port that it does not have."""
    for ref, source, address, service in hosts.configured(view):
        behind = view.behind(service) if service else ()
        if service is None or address.port is None or not set(behind) & set(known):
            continue
        if address.port not in {port.port for port in service.ports}:
            is_unwell = wellbeing.is_unwell(view, ref)
            yield cause(
                Suspect(FaultClass.DATABASE_WRONG_PORT, ref),
                "template.database_port",
                weights.CONTRADICTION_SEEN if is_unwell else weights.CONTRADICTION,
                f"{address.variable} of {ref.name} names port {address.port} of "
                f"{service.meta.ref.name}, which has no such port",
                [source, service.meta.source],
                database=behind[0].name,
                engine=databases.engine(view.workloads[behind[0]].template),
                variable=address.variable,
            )
