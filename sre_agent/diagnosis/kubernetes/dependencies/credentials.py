"""Databases that refuse a client's name or password."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import sayings, wellbeing
from sre_agent.diagnosis.kubernetes.dependencies import databases
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_WORDS = (
    "Access denied for user",
    "password authentication failed",
    "no password supplied",
    "Login failed for user",
    "WRONGPASS",
    "NOAUTH Authentication required",
    "ERR invalid password",
    "ORA-01017",
    "AuthenticationFailed",
    "MongoServerError: Authentication failed",
    "MongoSecurityException",
    'FATAL: role "',
    'FATAL:  role "',
    "SCRAM authentication failed",
    "SASL authentication failed",
    "no pg_hba.conf entry",
)


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a client that says its credentials were refused; a database says so of its clients."""
    servers = set(databases.databases(view))
    for said in sayings.sayings(view, *_WORDS):
        is_unwell = wellbeing.is_unwell(view, said.owner)
        if said.owner in servers or (said.is_previous and not is_unwell):
            continue
        database = databases.meant(view, said.owner)
        yield cause(
            Suspect(FaultClass.DATABASE_INVALID_CREDENTIALS, said.owner),
            "words.credentials",
            weights.POD_STATE if is_unwell else weights.WORDS_IN_PASSING,
            f"{said.owner.name} is refused by its database: {said.quote('denied')}",
            [said.source],
            database=database.name if database else None,
        )
