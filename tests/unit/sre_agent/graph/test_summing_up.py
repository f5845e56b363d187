"""A summary of an ended incident: added to its report, asked for once, and nobody waits for it."""

import re
from collections.abc import Callable

from run_scene import Scene, make_scene

from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.incident import IncidentStatus
from sre_agent.domain.ruling import Verdict
from sre_agent.llm.mind import Answer, MindUnavailableError, Question, Usage
from sre_agent.llm.privacy import Private
from sre_agent.llm.redaction import Redactor
from sre_agent.llm.reporter import Reporter
from sre_agent.llm.sentences import ReporterAnswer
from sre_agent.testing.mind import ScriptedMind

KEY = b"k" * 16


def summing_up(reply: Callable[[Question], Answer]) -> tuple[Scene, ScriptedMind]:
    scene, mind = make_scene(), ScriptedMind(reply)
    scene.reporter = Reporter(
        mind_for=lambda _incident: Private(mind, Redactor(KEY)),
        redactor_for=lambda _incident: Redactor(KEY),
    )
    return scene, mind


def repeating(question: Question) -> Answer:
    """Return a summary that repeats its last entry, and one sentence that nobody said."""
    number, said = re.findall(r"^\| (\d+)\. (.+)$", question.user, re.MULTILINE)[-1]
    true = {"text": said, "entries": [int(number)]}
    invented = {"text": "The database was deleted.", "entries": [int(number)]}
    return Answer(
        value=ReporterAnswer.model_validate({"sentences": [true, invented]}),
        usage=Usage(input_tokens=10, output_tokens=5),
        model="scripted/model",
        seconds=0.1,
    )


async def play(scene: Scene) -> None:
    await scene.start()
    await scene.answer(Verdict.APPROVED)


async def test_a_report_has_the_sentences_that_hold_with_their_entries() -> None:
    scene, mind = summing_up(repeating)

    await play(scene)

    assert len(mind.asked) == 1
    [payload] = scene.payloads(EventKind.MODEL_SUMMARY)
    report = scene.incidents.reports[scene.id]
    [sentence] = payload["summary"]["sentences"]
    assert f"({', '.join(f'#{number}' for number in sentence['cites'])})" in report
    assert f"| {sentence['cites'][0]} | " in report
    assert "1 of its sentences was struck" in report
    assert "deleted" not in report
    assert "scripted/model" in report


async def test_the_incident_has_ended_and_is_reported_before_a_model_is_asked() -> None:
    seen: list[tuple[IncidentStatus, bool]] = []

    def look(_question: Question) -> Answer:
        seen.append((scene.incidents.incident.status, scene.id in scene.incidents.reports))
        raise MindUnavailableError("connection refused")

    scene, _ = summing_up(look)

    await play(scene)

    assert seen == [(IncidentStatus.RESOLVED, True)]
    [payload] = scene.payloads(EventKind.MODEL_SUMMARY)
    assert payload["summary"]["note"] == "connection refused"
    assert "## Summary" not in scene.incidents.reports[scene.id]


async def test_what_models_and_people_wrote_is_not_told_to_a_model_elsewhere() -> None:
    scene, mind = summing_up(repeating)
    mind.is_local = False

    await scene.start()
    words = EventDraft(
        actor="ann", kind=EventKind.COMMENTED, payload={"text": "ask Dr Jones"}, step_key="c"
    )
    await scene.journal.append(scene.id, words)
    await scene.answer(Verdict.APPROVED)

    [question] = mind.asked
    assert "Dr Jones" not in question.user
    assert "rollback_rollout" in question.user
    assert len(question.system + question.user) / 3 < 4_000  # tokens of three characters
