"""The commands about incidents: what they say, and what they do not ask for in vain."""

import io
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from backend.cli import incidents
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.plan import DryRun
from sre_agent.testing import plans

ID = "inc-01890a5d-ac96-774b-bcce-b302099a8057"


class Api:
    """Answers with what it was given, and keeps what it was sent."""

    def __init__(self, **answers: Any) -> None:
        self._answers = {"me": {"name": "ada", "role": "approver"}, **answers}
        self.answer: dict[str, Any] = {"verdict": "rejected", "actor": "ada"}
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def get(self, path: str, **_parameters: Any) -> Any:
        return self._answers[path.rsplit("/", 1)[1].split("-", 1)[0]]

    def events(self, _incident_id: str) -> list[dict[str, Any]]:
        return []

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.sent.append((path, body))
        return self.answer


def run(monkeypatch: pytest.MonkeyPatch, api: Api, *words: str, typed: str = "") -> Any:
    monkeypatch.setattr(incidents, "client", lambda: api)
    app = typer.Typer()
    for command in (incidents.incidents, incidents.show, incidents.approve, incidents.reject):
        app.command()(command)
    return CliRunner().invoke(app, list(words), input=typed)


def approval(status: str, by: str | None, reason: str | None = None) -> dict[str, Any]:
    return {"status": status, "decided_by": by, "reason": reason, "people": 1}


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (approval("rejected", "ada", "too late in the day"), "rejected by ada (too late"),
        (approval("expired", None), "is expired: sre-agent show"),
    ],
)
def test_a_closed_approval_is_told_before_anything_is_shown_or_asked(
    verb: str, closed: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(plan={"plan": {"summary": "long"}, "plan_sha256": "ab", "approval": closed})

    result = run(monkeypatch, api, verb, ID)

    assert isinstance(result.exception, PermanentError)
    assert told in str(result.exception)
    assert not result.output
    assert not api.sent


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_who_may_not_decide_is_told_before_anything_is_shown_or_asked(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = {"plan": chain(), "plan_sha256": "ab", "approval": approval("open", None)}
    me = {"name": "eve", "role": "responder"}
    api = Api(me=me, plan={**plan, "held_by": []})

    result = run(monkeypatch, api, verb, ID)

    assert isinstance(result.exception, PermanentError)
    assert "eve is a responder" in str(result.exception)
    assert not result.output
    assert not api.sent


def test_a_rejection_asks_for_the_reason_when_the_plan_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Api(plan={"approval": approval("open", None)})

    result = run(monkeypatch, api, "reject", ID, typed="not now\n")

    assert "rejected by ada" in result.output
    assert api.sent == [(f"/api/v1/incidents/{ID}/reject", {"reason": "not now"})]


FROZEN = {"brake": "frozen", "reason": "it is Christmas", "until": "2026-12-27T00:00:00Z"}
STOPPED = {"brake": "halted", "reason": "writes are halted by ada", "until": None}


@pytest.mark.parametrize("command", ["approve", "show"])
def test_what_holds_a_plan_is_told_with_its_end_before_anybody_says_yes(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = plans.of(plans.on_web("restart_rollout")).model_dump(mode="json")
    shown["actions"][0]["dry_run"] = {"changes": ["restarted"], "warnings": []}
    plan = {"plan": shown, "plan_sha256": "ab", "approval": approval("open", None)}
    api = Api(inc=incident(), plan={**plan, "held_by": [FROZEN, STOPPED]})

    said = " ".join(run(monkeypatch, api, command, ID, typed="n\n").output.split())

    assert "held now until 2026-12-27 00:00:00 UTC: it is Christmas" in said
    assert "held now until a person ends it: writes are halted by ada" in said


def chain() -> dict[str, Any]:
    """A plan whose second action changes what its first one left behind, and a third of its own."""
    three = (
        plans.on_web("restart_rollout"),
        plans.on_web("scale"),
        plans.on_web("restart_rollout"),
    )
    rehearsed = DryRun(state_sha256="5" * 64, result_sha256="7" * 64, uid="uid-1", changes=("x",))
    actions = [
        item.model_copy(update={"id": f"a{number}", "dry_run": rehearsed})
        for number, item in enumerate(three, 1)
    ]
    other = actions[2].target.model_copy(update={"name": "api"})
    actions[2] = actions[2].model_copy(update={"target": other})
    return plans.of(*actions).model_dump(mode="json")


def test_what_goes_with_an_action_left_out_is_told_before_anybody_says_yes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = {"plan": chain(), "plan_sha256": "ab", "approval": approval("open", None)}
    api = Api(plan={**plan, "held_by": []})

    said = run(monkeypatch, api, "approve", ID, "--without", "a1", typed="n\n").output

    assert "Approve exactly this without a1, a2?" in said
    assert not api.sent


@pytest.mark.parametrize(
    ("left_out", "told"),
    [(["a9"], "has no action a9; it has a1, a2, a3"), (["a1", "a3"], "nothing would be left")],
)
def test_what_cannot_be_left_out_is_told_before_anybody_says_yes(
    left_out: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = {"plan": chain(), "plan_sha256": "ab", "approval": approval("open", None)}
    api = Api(plan={**plan, "held_by": []})

    words = [word for item in left_out for word in ("--without", item)]
    result = run(monkeypatch, api, "approve", ID, *words)

    assert isinstance(result.exception, PermanentError)
    assert told in str(result.exception)
    assert "Approve exactly" not in result.output


def test_a_yes_during_a_stop_is_told_with_what_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()
    api.answer = {"verdict": "approved", "actor": "ada", "waits_for": 0, "held_by": [STOPPED]}

    said = " ".join(run(monkeypatch, api, "approve", ID, "--plan", "ab").output.split())

    assert "approved by ada" in said
    assert "held now until a person ends it: writes are halted by ada" in said


def test_a_yes_is_told_with_what_could_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()
    api.answer = {"verdict": "approved", "actor": "ada", "waits_for": 0, "held_by": []}
    api.answer["brakes_unread"] = "the brakes could not be read"

    said = " ".join(run(monkeypatch, api, "approve", ID, "--plan", "ab").output.split())

    assert "approved by ada" in said
    assert "the brakes could not be read" in said


def incident(**fields: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "title": "web answers with errors",
        "status": "awaiting_approval",
        "severity": "P1",
        "run": 1,
        "is_paused": False,
        "acknowledged_by": None,
        "assigned_to": None,
        "caused_by_incident": None,
        "caused_by_action": None,
        "approval": approval("open", None),
        "model_use": [],
        "model_budget": {"tokens": 0, "tokens_max": 200_000},
        "top_cause": None,
        "namespace": "production-of-the-shop",
        "service": "web-frontend-with-a-long-name",
        "opened_at": "2026-03-01T12:00:00Z",
        **fields,
    }


@pytest.mark.parametrize(
    ("is_paused", "told", "not_told"),
    [(True, f"sre-agent resume {ID}", "approve "), (False, f"sre-agent approve {ID}", "resume ")],
)
def test_a_paused_incident_is_to_be_resumed_and_only_another_approved(
    is_paused: bool, told: str, not_told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(inc=incident(is_paused=is_paused), plan={"held_by": []})

    said = " ".join(run(monkeypatch, api, "show", ID).output.split())

    assert told in said
    assert not_told not in said


def test_a_piped_list_has_one_line_for_each_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [incident(title="web answers with errors " * 5), incident()]

    said = run(monkeypatch, Api(incidents={"incidents": rows}), "incidents").output

    assert len(said.splitlines()) == 1 + len(rows)
    assert said.count(ID) == len(rows)


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_an_id_is_never_broken_however_narrow_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.StringIO()
    terminal = Console(file=shown, force_terminal=True, width=columns, color_system=None)
    monkeypatch.setattr(incidents, "console", terminal)

    run(monkeypatch, Api(incidents={"incidents": [incident()]}), "incidents")

    assert ID in shown.getvalue()
    assert max(map(len, shown.getvalue().splitlines())) <= columns


def test_an_incident_that_an_action_may_have_caused_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = incident(caused_by_incident="inc-first", caused_by_action="a1")
    api = Api(inc=told, plan={"held_by": []})

    said = " ".join(run(monkeypatch, api, "show", ID).output.split())

    assert "maybe caused by action a1 of inc-first" in said
