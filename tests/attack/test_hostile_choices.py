"""Models that lie about where to look: whatever they call, nothing of it reaches a server.

Every script of the hostile models is played in the role of every specialist, through the real client
of a provider, in an incident whose rules are not sure.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

import attack_corpus
import hostile_told
import pytest
from attack_counts import Attack
from attack_signs import SECRETS
from chosen_looks import made, make_unsure_scene
from hostile_lies import Lie
from hostile_roles import SCRIPTS
from hostile_said import SAID
from hostile_scene import LIMITS, TRIES
from hostile_wires import WIRES
from model_acts import Act, Call, Read
from model_kinds import KINDS, Kind
from model_offers import offered
from model_server import serving
from run_scene import Scene

from backend.llm.budgets import Budgets
from backend.llm.keys import placeholder_key
from backend.llm.minds import Minds
from backend.llm.purse import Purse
from sre_agent.domain.events import EventKind
from sre_agent.domain.tools import ToolCall
from sre_agent.graph import inquiries
from sre_agent.llm import prices
from sre_agent.llm.breaker import Breaker
from sre_agent.llm.chat import Chat
from sre_agent.llm.inquirer import SpecialistMinds
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.tries import Repairing

pytestmark = pytest.mark.attack

EVERY = [(name, number) for name, count in SCRIPTS.items() for number in range(count)]
FIRST = [(name, 0) for name in SCRIPTS]
TRIED = EVERY if attack_corpus.ALL else FIRST[::3]
"""Each technique plays one role in the quick tests anyway; here some of them play this one."""
SPEAKING = tuple(kind for kind in KINDS if kind.name in {"ollama", "openai"})
SLOW_S, LONG_S = 1.5, 20.0


class Liar:
    """A model that puts a script's lie into calls of whatever it is offered."""

    def __init__(self, technique: str, number: int) -> None:
        self._seed = f"{technique} {number}"
        self._wire = WIRES[technique][number] if technique in WIRES else None
        self._say = SAID[technique][number] if technique in SAID else None
        self.asked = 0

    @property
    def is_slow(self) -> bool:
        """Return whether only the deadline ends it."""
        return self._wire is not None and self._wire.is_slow

    def answer(self, body: Mapping[str, Any]) -> Act:
        """Return what it does with a question."""
        self.asked += 1
        told = hostile_told.read(body)
        if self._say is None:
            assert self._wire is not None
            return self._wire.act("nothing further")
        lie = self._say(told, random.Random(f"{self._seed} {self.asked}"))
        return Call(lie.calls or tuple(_bent(offered(body), lie)))


def _bent(tools: Mapping[str, Mapping[str, Any]], lie: Lie) -> list[tuple[str, dict[str, Any]]]:
    """Return calls with the lie in the place of an argument, behind one, or beside them all."""
    words = lie.object or (str(lie.value) if lie.value is not None else "") or lie.text or "x"
    calls = list[tuple[str, dict[str, Any]]]()
    for tool, arguments in tools.items():
        right = {name: schema["enum"][0] for name, schema in arguments.items()}
        calls += [
            (tool, dict.fromkeys(arguments, words)),
            (tool, {name: f"{value}{words}" for name, value in right.items()}),
            (tool, {**right, "query": words}),
        ]
    return calls[:8]


@pytest.fixture(scope="module")
def without() -> list[ToolCall]:
    """What is asked of servers when no model is asked."""
    scene = make_unsure_scene()
    asyncio.run(scene.start())
    return made(scene)


@pytest.mark.parametrize(("technique", "number"), TRIED)
async def test_of_what_a_hostile_model_calls_nothing_reaches_a_server(
    technique: str, number: int, without: list[ToolCall], attack: Attack
) -> None:
    scene, liar = make_unsure_scene(), Liar(technique, number)
    kind = SPEAKING[EVERY.index((technique, number)) % len(SPEAKING)]

    sent = await play(scene, kind, liar)

    attack.plays(technique, f"chooses looks {number}", liar.asked)
    attack.writes_nothing(item for item in scene.toolbox.asked if item.mode == "write")
    attack.leaks_nothing(item for text in sent for item in SECRETS if item in text)
    assert made(scene) == without
    told = [payload["inquiry"] for payload in scene.payloads(EventKind.MODEL_QUESTIONS)]
    assert told
    assert liar.asked
    assert not [item for item in told if item["questions"]]
    assert len(sent) <= 3 * TRIES * len(told) * inquiries.MAX_ROUNDS


async def play(scene: Scene, kind: Kind, liar: Liar) -> list[str]:
    """Play the incident with a liar behind every specialist; return what was sent to its server."""
    async with serving(kind.dialect(), Read(liar.answer)) as server:
        chat = Chat(kind.place(server.url))
        await chat.load()
        minds = Minds(
            mind=Repairing(Breaker(chat)),
            ledger=Purse(Budgets(LIMITS)),
            prices=prices.load(),
            clock=scene.clock,
            secrets_key=None,
            exchanges=TRIES,
        )
        scene.inquirer = SpecialistMinds(
            mind_for=minds.of,
            redactor_for=lambda incident: Redactor(placeholder_key(None, incident.id)),
            deadline_s=SLOW_S if liar.is_slow else LONG_S,
        )
        try:
            await scene.start()
        finally:
            await chat.close()
        return [str(item.body) for item in server.questions]
