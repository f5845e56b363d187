"""Workers killed while a model thinks, or right after it answered: asked again only what is not written."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import kill_judge
import pytest
from kill_borders import Order
from kill_model import Model
from kill_stage import Stage, stage
from kill_story import Course, Kind, Story
from model_acts import Read
from model_beside import served
from model_dialects import Ollama

pytestmark = pytest.mark.kill

ANSWERED = {"reflector": "model_opinion", "reporter": "model_summary"}
"""By which event the answer of a role is in the log that asks once."""
LOOKS = "model_questions"

_USE = """
    SELECT role, settled_at IS NOT NULL, tokens FROM model_use
    WHERE incident_id = %s ORDER BY at
"""


@dataclass
class Theatre:
    """A platform whose worker asks a model, and incidents played on it."""

    stage: Stage
    model: Model
    number: int = 0

    def play(self, *, silent_at: str = "", order: str = "") -> tuple[Course, kill_judge.Facts]:
        """Play an incident; the worker dies while a role's question is out, or at a border."""
        self.number += 1
        opened = self.stage
        opened.await_all()
        self.model.begin(silent_at, self._kill_worker)
        if order:
            opened.order(Order(f"m{self.number}", order, 1))
        story = Story(opened, Kind.HEALS.namespace(f"model-{self.number}"), Kind.HEALS)
        course = story.play()
        opened.countermand()
        with opened.connect() as connection:
            deeds = opened.target.deeds_in(course.namespace)
            facts = kill_judge.gather(course, deeds, connection)
        story.calm()
        return course, facts

    def used(self, incident_id: str) -> list[tuple[str, bool, int]]:
        """Return the questions of an incident: whose, whether it is settled, and its tokens."""
        with self.stage.connect() as connection:
            return [tuple(row) for row in connection.execute(_USE, (incident_id,))]

    def _kill_worker(self) -> None:
        os.kill(int(self.stage.lives["worker"]), signal.SIGKILL)


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    home = Path(tempfile.mkdtemp(prefix="kill-m-", dir="/tmp"))
    home.chmod(0o755)  # PostgreSQL runs under an account of its own and has to walk in
    model = Model()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        server = stack.enter_context(served(Ollama(), Read(model.answer)))
        asks = {"LLM_PROVIDER": "ollama", "LLM_BASE_URL": server.url, "LLM_SPECIALISTS": "always"}
        yield Theatre(stack.enter_context(stage(home / "stage", of_worker=asks)), model)


def planned(facts: kill_judge.Facts) -> str:
    """Return what was planned and done, whatever the incident's place is called."""
    calls = [
        action["call"] for item in facts.of("plan_proposed") for action in item["plan"]["actions"]
    ]
    done = [deed.image for deed in facts.deeds]
    return json.dumps([calls, done]).replace(facts.course.namespace, "here")


@dataclass(frozen=True)
class Usual:
    """What is planned and done when nobody dies, and how often each role asks."""

    planned: str
    asked: dict[str, int]
    looks: int

    def is_come_to(self, course: Course, facts: kill_judge.Facts) -> None:
        """Hold a run in which the worker died once against it."""
        assert kill_judge.judge(facts) == kill_judge.Verdict()
        assert course.deaths == ["worker"]
        assert planned(facts) == self.planned
        for kind in ANSWERED.values():
            assert len(facts.of(kind)) == 1, kind
        assert len(facts.of(LOOKS)) == self.looks


@pytest.fixture(scope="module")
def usual(theatre: Theatre) -> Usual:
    """The run that nobody disturbs."""
    course, facts = theatre.play()
    assert kill_judge.judge(facts) == kill_judge.Verdict()
    assert course.deaths == []
    found = Usual(planned(facts), dict(theatre.model.asked), len(facts.of(LOOKS)))
    assert found.asked == {**dict.fromkeys(ANSWERED, 1), "specialist": found.looks}
    assert found.looks > 0
    return found


@pytest.mark.parametrize("role", ANSWERED)
def test_a_question_that_nobody_waits_for_any_more_is_put_once_more_and_stays_spent(
    role: str, theatre: Theatre, usual: Usual
) -> None:
    course, facts = theatre.play(silent_at=role)

    usual.is_come_to(course, facts)
    assert dict(theatre.model.asked) == {**usual.asked, role: 2}
    used = theatre.used(course.look.incident_id)
    assert [whose for whose, is_settled, _ in used if not is_settled] == [role]
    assert all(tokens > 0 for _, _, tokens in used)


@pytest.mark.parametrize("role", ANSWERED)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_the_log_has_the_answer_to_is_not_asked_again(
    role: str, moment: str, theatre: Theatre, usual: Usual
) -> None:
    course, facts = theatre.play(order=f"worker:commit[{ANSWERED[role]}]:{moment}")

    usual.is_come_to(course, facts)
    times = 1 if moment == "after" else 2
    assert dict(theatre.model.asked) == {**usual.asked, role: times}


@pytest.mark.parametrize(
    "how", [{"silent_at": "specialist"}, {"order": f"worker:commit[{LOOKS}]:after"}]
)
def test_specialists_models_are_asked_again_but_for_what_is_written(
    how: dict[str, str], theatre: Theatre, usual: Usual
) -> None:
    course, facts = theatre.play(**how)

    usual.is_come_to(course, facts)
    asked = dict(theatre.model.asked)
    assert {**asked, "specialist": 0} == {**usual.asked, "specialist": 0}
    written = 1 if "order" in how else 0
    assert usual.looks <= asked["specialist"] <= 2 * usual.looks - written
