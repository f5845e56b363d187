"""Where questions come in: each is answered for one actor, within bounds, and kept in a thread."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from backend.actors import Actor
from backend.ask.cluster_looks import ClusterLooks
from backend.ask.lookups import OrganizationLookups
from backend.ask.minds import PeopleMinds
from backend.ask.steps import Done, Looking, Said, Step
from backend.clusters.toolboxes import Toolboxes
from backend.db import ask_threads
from backend.db.ask_threads import Outcome, Owner
from backend.db.tenancy import Tenant
from backend.service_file import ServiceFile
from sre_agent import ports
from sre_agent.ask import by_rules, conversing
from sre_agent.ask.answers import Answer
from sre_agent.ask.asking import Asked
from sre_agent.ask.by_rules import Given
from sre_agent.ask.conversing import Conversation, Heard
from sre_agent.ask.remembering import Memory
from sre_agent.domain.errors import TransientError
from sre_agent.safety.redaction import redact

QUESTION_CHARACTERS = 2000
AT_ONCE = 16
AT_ONCE_EACH = 3
"""Of one person; an answer may take a while, and others ask as well."""


class AskBusyError(TransientError):
    """Too many questions are being answered at this moment."""


@dataclass(frozen=True, kw_only=True)
class AskDesk:
    """Answers questions. `own` is the installation's own cluster; without `minds` rules answer alone."""

    engine: AsyncEngine
    clock: ports.Clock
    toolboxes: Toolboxes
    own: Tenant
    services: ServiceFile
    minds: PeopleMinds | None = None
    _busy: dict[Owner, int] = field(default_factory=dict)

    async def recall(self, actor: Actor, thread: str | None) -> Memory:
        """Return what a thread remembers; none is a new one.

        Raises:
            ThreadNotFoundError: They have no such thread.
        """
        if thread is None:
            return Memory()
        async with self.engine.connect() as connection:
            return await ask_threads.read(connection, owner_of(actor), thread)

    def check_room(self, actor: Actor) -> None:
        """Refuse a question for which there is no place.

        Raises:
            AskBusyError: There is none.
        """
        owner = owner_of(actor)
        if sum(self._busy.values()) >= AT_ONCE or self._busy.get(owner, 0) >= AT_ONCE_EACH:
            raise AskBusyError("too many questions are being answered")

    @contextmanager
    def place(self, actor: Actor) -> Iterator[None]:
        """Hold a place for one question.

        Raises:
            AskBusyError: There is none.
        """
        self.check_room(actor)
        owner = owner_of(actor)
        self._busy[owner] = self._busy.get(owner, 0) + 1
        try:
            yield
        finally:
            self._busy[owner] -= 1
            if not self._busy[owner]:
                del self._busy[owner]

    async def answer(
        self, actor: Actor, question: str, thread: str | None, memory: Memory
    ) -> AsyncIterator[Step]:
        """Answer a question, and keep it with the answer in the thread.

        Secrets in it are masked first: what was pasted into a question is nowhere looked for, told or kept.
        """
        question, now = redact(question), self.clock.now()
        given = await by_rules.answer(question, self._lookups(actor), now, memory.before)
        if given.answer.asked is not None:
            yield Looking(what=given.answer.asked.topic)
        outcome = Outcome(given.answer)
        if self.minds is not None and not given.understood.is_order:
            async for step in self._converse(actor, question, thread, memory, given):
                if isinstance(step, Outcome):
                    outcome = step
                else:
                    yield Looking(what=step.topic)
        for sentence in outcome.answer.sentences:
            yield Said(sentence=sentence)
        async with self.engine.begin() as connection:
            kept, number = await ask_threads.keep(
                connection, owner_of(actor), thread, question, outcome, now=now
            )
        yield Done(thread=kept, turn=number, answer=outcome.answer)

    async def _converse(
        self, actor: Actor, question: str, thread: str | None, memory: Memory, given: Given
    ) -> AsyncIterator[Asked | Outcome]:
        """Yield what a model wants to see, and at last its answer, or that of the rules and why."""
        if self.minds is None:
            return
        opened = await self.minds.of(actor.org_id, thread)
        if isinstance(opened, str):
            yield Outcome(_with_note(given.answer, opened))
            return
        if opened is None:
            yield Outcome(given.answer)
            return
        lookups = replace(self._lookups(actor), allowance=opened.allowance)
        conversation = Conversation(
            mind=opened.mind,
            lookups=lookups,
            allowance=opened.allowance,
            redactor=opened.redactor,
            known=await lookups.known(),
            memory=memory,
            deadline_s=opened.deadline_s,
            prompts=opened.prompts,
        )
        async for step in conversation.answer(question, given.understood.asked):
            if isinstance(step, Heard):
                yield _merged(given, step)
            else:
                yield step

    def _lookups(self, actor: Actor) -> OrganizationLookups:
        clusters = ClusterLooks(self.engine, self.toolboxes, actor.org_id, self.own)
        return OrganizationLookups(self.engine, self.clock, actor.org_id, clusters, self.services)


def owner_of(actor: Actor) -> Owner:
    """Return whose threads an actor's are: a person's, whichever credential they come with.

    A token behind which no person is known has its own, whoever made it: others may hold it.
    """
    if actor.user_id is None and actor.token_id is not None:
        return Owner(actor.org_id, f"token:{actor.token_id}")
    return Owner(actor.org_id, actor.person)


def _merged(given: Given, heard: Heard) -> Outcome:
    """Return the model's answer, or that of the rules where they have one and the model's rests on nothing.

    What the rules remark, such as that nothing waits or that a cluster does not answer, stands beside either.
    """
    rules = given.answer
    if heard.answer is None:
        return Outcome(_with_note(rules, f"The model was no help: {heard.note}."), heard.exchanges)
    has_rules = rules.asked is not None and bool(rules.sentences or rules.notes)
    if has_rules and not conversing.is_borne_out(heard.answer):
        told = f"What {heard.answer.by} said rests on nothing that is known, and is left out."
        return Outcome(_with_note(rules, told), heard.exchanges)
    remarks = rules.notes if has_rules else ()
    notes = tuple(dict.fromkeys((*heard.answer.notes, *remarks)))
    both = heard.answer.model_copy(update={"asked": rules.asked, "notes": notes})
    return Outcome(both, heard.exchanges)


def _with_note(answer: Answer, note: str) -> Answer:
    return answer.model_copy(update={"notes": (*answer.notes, note)})
