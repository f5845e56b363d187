"""Ask models where else to look, where the rules have no question left and are not sure.

Each specialist's model chooses from what that specialist could still look at. What it chose is in the
log before anybody looks, so that a run that is taken up again does not ask a second time.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Command

from sre_agent.agents import choices, specialists, supervisor
from sre_agent.agents.specialists import Specialist
from sre_agent.domain.causes import Diagnosis
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import Incident
from sre_agent.domain.inquiry import ModelInquiry
from sre_agent.graph import inquiries, run_state, sending
from sre_agent.graph.context import RunContext
from sre_agent.graph.inquiries import Inquiries
from sre_agent.llm.inquirer import Errand, Heard, Inquirer


def is_wanted(context: RunContext, found: Diagnosis, round_: int, chosen: int) -> bool:
    """Return whether models are asked after a round of which so many were chosen by models."""
    is_left = chosen < inquiries.MAX_ROUNDS
    return context.inquirer is not None and is_left and context.inquirer.is_wanted(found, round_)


def after(context: RunContext) -> str:
    """Return the node that follows when everybody has looked."""
    return "second_mind" if context.reflector else "plan"


async def choose(state: run_state.RunState, runtime: Runtime[RunContext]) -> Command[str]:
    """Send specialists where their models would look, or go on."""
    context = runtime.context
    if context.inquirer is None:
        return Command(goto=after(context))
    id_, round_ = run_state.incident_id(state), state["round"]
    incident = await context.incidents.load(id_)
    past = inquiries.read(await context.incidents.events(id_))
    answered = [it for (_, number), it in past.items() if number == round_]
    answered += await _ask_all(context, context.inquirer, _errands(context, state, incident, past))
    wanted = [
        question
        for name in specialists.BY_NAME
        for it in answered
        if it.specialist == name
        for question in it.questions
    ]
    if not wanted:
        return Command(goto=after(context))
    return Command(goto=sending.again(state, wanted, round_ + 1), update={"round": round_ + 1})


def _errands(
    context: RunContext, state: run_state.RunState, incident: Incident, past: Inquiries
) -> list[Errand]:
    """Return whom a model is asked to help now: who has something left to look at, and was helped so far."""
    evidence, round_ = run_state.evidence(state), state["round"]
    diagnosis = run_state.diagnosis(state)
    blind = [gap.call for gap in run_state.gaps(state) if gap.call]
    found = []
    for specialist in _sent(context, incident):
        earlier = _earlier(specialist, past, round_)
        is_asked = (specialist.name, round_) in past
        if is_asked or not inquiries.may_go_on(specialist, earlier, evidence, run_state.run(state)):
            continue
        offered = choices.offer(
            specialist, incident, evidence, diagnosis, context.allowlist, asked=blind
        )
        if offered:
            errand = Errand(
                specialist=specialist,
                round=round_,
                incident=incident,
                evidence=evidence,
                diagnosis=diagnosis,
                choices=offered,
            )
            found.append(errand)
    return found


def _sent(context: RunContext, incident: Incident) -> list[Specialist]:
    selected = supervisor.select(incident, list(context.allowlist.specialists))
    return [specialists.BY_NAME[item.specialist] for item in selected]


def _earlier(
    specialist: Specialist, past: Inquiries, round_: int
) -> Sequence[tuple[int, ModelInquiry]]:
    found = [
        (number, it)
        for (name, number), it in past.items()
        if name == specialist.name and number < round_
    ]
    return sorted(found, key=lambda item: item[0])


async def _ask_all(
    context: RunContext, inquirer: Inquirer, errands: Sequence[Errand]
) -> list[ModelInquiry]:
    """Ask one after the other: a model in the house answers one at a time, and each is paid for then."""
    clock = asyncio.get_running_loop()
    ends = clock.time() + inquirer.round_s
    return [await _ask(context, inquirer, item, ends - clock.time()) for item in errands]


async def _ask(
    context: RunContext, inquirer: Inquirer, errand: Errand, left_s: float
) -> ModelInquiry:
    """Return what a model chose, as the log has it."""
    heard = await inquirer.choose(errand, left_s)
    event = await context.journal.append(errand.incident.id, _told(errand, heard))
    return ModelInquiry.model_validate(event.payload["inquiry"])


def _told(errand: Errand, heard: Heard) -> EventDraft:
    payload: dict[str, Any] = {
        "round": errand.round,
        "inquiry": heard.inquiry.model_dump(mode="json"),
    }
    if heard.exchange is not None:
        payload["exchange"] = heard.exchange.model_dump(mode="json")
    name = errand.specialist.name
    return EventDraft(
        actor=name,
        kind=EventKind.MODEL_QUESTIONS,
        payload=payload,
        step_key=f"{EventKind.MODEL_QUESTIONS.value}:{name}:{errand.round}",
    )
