"""A repair that was approved, carried out and known not to have helped, and the undo of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from signer_case import ACTION, ID, Case

from backend.signer.client import SignerClient
from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind
from sre_agent.domain.ids import ActionId
from sre_agent.domain.plan import Action, DryRun, Plan
from sre_agent.domain.ruling import PolicyRuling, Ruling
from sre_agent.domain.tools import ToolCall
from sre_agent.safety import revert

LEFT = "e" * 64
WHY = "error ratio 0.4 before, 0.9 after"
UNDO = ActionId(f"{ACTION}-undo")

Edit = Callable[[Plan], Plan]


def with_inverse(plan: Plan) -> Plan:
    """Return the plan with a way back, and with the state that its action would leave behind."""
    [action] = plan.actions
    assert action.dry_run is not None
    back = ToolCall(
        server="kubernetes",
        tool="rollback_rollout",
        arguments={"namespace": "prod", "name": "web", "to_revision": 2},
    )
    dry_run = action.dry_run.model_copy(update={"left_sha256": LEFT})
    changed = action.model_copy(update={"inverse": back, "dry_run": dry_run})
    return plan.model_copy(update={"actions": (changed,)})


def rehearsed(plan: Plan, **changes: Any) -> Plan:
    """Return the undo as it was rehearsed on what the action left behind."""
    dry_run = DryRun(
        **{
            "state_sha256": LEFT,
            "result_sha256": "9" * 64,
            "uid": "uid-1",
            "changes": ("image",),
            **changes,
        }
    )
    actions = (item.model_copy(update={"dry_run": dry_run}) for item in plan.actions)
    return plan.model_copy(update={"actions": tuple(actions)})


def edited(plan: Plan, **changes: Any) -> Plan:
    """Return the plan with another only action."""
    [action] = plan.actions
    return plan.model_copy(update={"actions": (action.model_copy(update=changes),)})


@dataclass
class UndoCase:
    """What a worker writes down on the way to an undo; a test changes what it likes."""

    case: Case
    signer: SignerClient

    def __post_init__(self) -> None:
        self.case.plan = with_inverse(self.case.plan)
        self.repair = self.case.plan

    async def say(self, kind: EventKind, actor: str, **payload: Any) -> None:
        key = f"{kind}:{len(await self.case.incidents.events(ID))}"
        draft = EventDraft(actor=actor, kind=kind, payload=payload, step_key=key)
        await self.case.journal.append(ID, draft)

    async def repaired(self) -> None:
        """Have the repair approved, granted and carried out."""
        await self.case.approve()
        grant = await self.signer.mint(ID, ACTION)
        assert isinstance(grant, ports.Grant)
        await self.finished()

    async def finished(self, status: str = "ok", action: Action | None = None) -> None:
        id_ = action.id if action else ACTION
        await self.say(EventKind.ACTION_FINISHED, "executor", action_id=id_, status=status)

    async def verified(self, result: str = "worse", actor: str = "verifier", **more: Any) -> None:
        said = {"result": result, "reason": WHY, "plan_sha256": self.repair.sha256, **more}
        await self.say(EventKind.VERIFICATION_FINISHED, actor, **said)

    async def undo(self, edit: Edit = lambda plan: plan, reason: str = WHY, **dry_run: Any) -> None:
        """Propose the undo, as it follows from the repair but for the edit, and have it ruled on."""
        derived = revert.of(self.repair, reason)
        assert derived is not None
        self.case.plan = edit(rehearsed(derived, **dry_run))
        await self.case.propose()
        rulings = [
            PolicyRuling(action_id=item.id, ruling=Ruling.ASK, rule="a-rule", reason="because")
            for item in self.case.plan.actions
        ]
        payload: dict[str, Any] = {"rulings": [item.model_dump(mode="json") for item in rulings]}
        payload["plan_sha256"] = self.case.plan.sha256
        await self.say(EventKind.POLICY_RULED, "policy", **payload)

    async def ask(self) -> ports.Grant | ports.GrantDenied:
        return await self.signer.mint(ID, UNDO)


Forgery = Callable[[UndoCase], Awaitable[None]]


async def another_argument(case: UndoCase) -> None:
    """The undo goes to another revision than the approver saw."""
    await case.repaired()
    await case.verified()

    def elsewhere(plan: Plan) -> Plan:
        call = plan.actions[0].call
        return edited(
            plan, call=call.model_copy(update={"arguments": {**call.arguments, "to_revision": 7}})
        )

    await case.undo(elsewhere)


async def another_tool(case: UndoCase) -> None:
    await case.repaired()
    await case.verified()
    await case.undo(
        lambda plan: edited(
            plan, call=plan.actions[0].call.model_copy(update={"tool": "delete_pod"})
        )
    )


async def another_target(case: UndoCase) -> None:
    await case.repaired()
    await case.verified()
    target = case.repair.actions[0].target.model_copy(update={"name": "db"})
    await case.undo(lambda plan: edited(plan, target=target))


async def one_action_more(case: UndoCase) -> None:
    await case.repaired()
    await case.verified()

    def longer(plan: Plan) -> Plan:
        [action] = plan.actions
        more = action.model_copy(update={"id": ActionId("more")})
        return plan.model_copy(update={"actions": (action, more)})

    await case.undo(longer)


async def nothing_verified(case: UndoCase) -> None:
    await case.repaired()
    await case.undo()


async def verified_as_resolved(case: UndoCase) -> None:
    await case.repaired()
    await case.verified("resolved")
    await case.undo()


async def verified_as_improved(case: UndoCase) -> None:
    await case.repaired()
    await case.verified("improved")
    await case.undo()


async def verified_as_unknown(case: UndoCase) -> None:
    await case.repaired()
    await case.verified("unknown")
    await case.undo()


async def resolved_after_all(case: UndoCase) -> None:
    await case.repaired()
    await case.verified()
    await case.verified("resolved")
    await case.undo()


async def verified_by_another(case: UndoCase) -> None:
    await case.repaired()
    await case.verified(actor="executor")
    await case.undo()


async def verification_of_another_plan(case: UndoCase) -> None:
    await case.repaired()
    await case.verified(plan_sha256="0" * 64)
    await case.undo()


async def verified_only_afterwards(case: UndoCase) -> None:
    await case.repaired()
    await case.undo()
    await case.verified()


async def another_reason(case: UndoCase) -> None:
    await case.repaired()
    await case.verified()
    await case.undo(reason="because")


async def never_granted(case: UndoCase) -> None:
    await case.case.approve()
    await case.finished()
    await case.verified()
    await case.undo()


async def never_finished(case: UndoCase) -> None:
    await case.case.approve()
    await case.signer.mint(ID, ACTION)
    await case.finished("refused")
    await case.verified()
    await case.undo()


async def drifted(case: UndoCase) -> None:
    """Somebody else changed the object after the action."""
    await case.repaired()
    await case.verified()
    await case.undo(state_sha256="d" * 64)


async def a_namesake(case: UndoCase) -> None:
    """The object was deleted and made anew."""
    await case.repaired()
    await case.verified()
    await case.undo(uid="uid-2")


async def twice(case: UndoCase) -> None:
    """A second undo after the first one was proposed."""
    await case.repaired()
    await case.verified()
    await case.undo()
    await case.undo(changes=("image", "more"))


FORGERIES: tuple[Forgery, ...] = (
    another_argument,
    another_tool,
    another_target,
    one_action_more,
    nothing_verified,
    verified_as_resolved,
    verified_as_improved,
    verified_as_unknown,
    resolved_after_all,
    verified_by_another,
    verification_of_another_plan,
    verified_only_afterwards,
    another_reason,
    never_granted,
    never_finished,
    drifted,
    a_namesake,
    twice,
)
