"""Lookups for tests: what each topic brings is written down, and what exists is all of it."""

from collections.abc import Collection, Mapping

from typing_extensions import override

from sre_agent.ask.asking import Asked, Known, Place, Topic
from sre_agent.ask.citing import AskCitation, Fact, Found, event
from sre_agent.ask.lookups import Lookups, NotThereError

INCIDENT = Fact(
    text="inc-4f of prod/web: Errors, awaiting approval",
    cites=(event("inc-4f", 9),),
    kind="ask.incident",
)
WAITS = Fact(
    text="inc-4f waits for 2 people to approve its plan (roll back Deployment/prod/web to revision 6)",
    cites=(event("inc-4f", 10),),
    kind="ask.incident",
)
TO_DO = Fact(
    text="The plan must be approved by an operator before web restarts",
    cites=(event("inc-4f", 11),),
    kind="ask.incident",
)
FEW = Fact(
    text="evidence k8s-1.1 (kubernetes.workload): Deployment/prod/web: 0 of 5 pods ready",
    cites=(event("inc-4f", 8),),
    kind="ask.incident",
)
CHANGED = Fact(
    text="Deployment/prod/web was scaled from 3 to 5 replicas",
    cites=(event("inc-4f", 7),),
    kind="ask.incident",
)
DEED = Fact(text="Plan approved by ann", cites=(event("inc-4f", 12),), kind="ask.deed")
BOOK = Fact(text="web restarts (web-x)", cites=(event("inc-4f", 2),), kind="runbooks.matches")
PAST = Fact(
    text="inc-1 of prod/web, 80% alike", cites=(event("inc-1", 7),), kind="memory.past_incidents"
)
GONE = Fact(text="what was removed since", cites=(event("inc-0", 1),), kind="ask.incident")


class FakeLookups(Lookups):
    """Brings what it was given, and remembers what it was asked for."""

    def __init__(self, brings: Mapping[Topic, tuple[Fact, ...]] | None = None) -> None:
        self.brings = brings or {Topic.STATUS: (INCIDENT, GONE), Topic.DEEDS: (DEED,)}
        self.asked: list[Asked] = []

    @override
    async def known(self) -> Known:
        return Known(places=(Place(namespace="prod", service="web"),))

    @override
    async def look(self, asked: Asked) -> Found:
        self.asked.append(asked)
        if asked.topic is Topic.INCIDENT and asked.slots.incident != "inc-4f":
            raise NotThereError(f"There is no incident {asked.slots.incident}.")
        return Found(facts=self.brings.get(asked.topic, ()))

    @override
    async def existing(self, cites: Collection[AskCitation]) -> frozenset[AskCitation]:
        return frozenset(cites) - set(GONE.cites)
