"""The fakes behave as the ports they stand for promise."""

from sre_agent import ports
from sre_agent.domain.events import EventDraft, EventKind, chain
from sre_agent.domain.ids import IncidentId
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.testing import FakeClock, FakeToolbox, InMemoryJournal
from sre_agent.testing.toolbox import ok, refused

ID = IncidentId("inc-1")
CALL = ToolCall(server="s", tool="t", arguments={"a": 1, "b": 2})


def draft(key: str, **payload: int) -> EventDraft:
    return EventDraft(actor="x", kind=EventKind.ESCALATED, payload=payload, step_key=key)


async def test_sleeping_moves_the_clock_and_takes_no_time() -> None:
    clock: ports.Clock = (fake := FakeClock())
    before = clock.now()

    await clock.sleep(3600)

    assert (clock.now() - before).total_seconds() == 3600
    assert fake.slept_s == [3600]


async def test_the_journal_chains_events_and_appends_a_step_once() -> None:
    journal: ports.Journal = (fake := InMemoryJournal(FakeClock()))

    first = await journal.append(ID, draft("one", n=1))
    again = await journal.append(ID, draft("one", n=2))
    await journal.append(ID, draft("two"))

    assert again == first
    assert [event.seq for event in fake.events[ID]] == [1, 2]
    assert chain().follow(fake.events[ID]) is None


async def test_the_toolbox_answers_by_the_last_script_that_matches() -> None:
    toolbox = FakeToolbox().on("s", "t", ok({"n": 1})).on("s", "t", ok({"n": 2}), a=1)

    special = await toolbox.read(CALL, deadline_s=1)
    general = await toolbox.read(CALL.model_copy(update={"arguments": {}}), deadline_s=1)

    assert (special.data, general.data) == ({"n": 2}, {"n": 1})


async def test_the_toolbox_has_no_data_unscripted_and_is_unreachable_when_late() -> None:
    toolbox = FakeToolbox().on("s", "late", ok({}), delay_s=9)

    unscripted = await toolbox.read(CALL, deadline_s=1)
    late = await toolbox.read(ToolCall(server="s", tool="late", arguments={}), deadline_s=0.01)

    assert unscripted.status is ToolStatus.NO_DATA
    assert late.status is ToolStatus.UNREACHABLE


async def test_the_toolbox_remembers_modes_and_grants() -> None:
    toolbox: ports.Toolbox = (fake := FakeToolbox()).on("s", "t", refused("grant_missing"))

    await toolbox.rehearse(CALL, deadline_s=1)
    result = await toolbox.write(CALL, grant="g", deadline_s=1)

    assert [(item.mode, item.grant) for item in fake.asked] == [
        ("rehearse", None),
        ("write", "g"),
    ]
    assert result.code == "grant_missing"
