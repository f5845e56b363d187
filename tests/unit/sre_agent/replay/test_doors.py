"""What a run in replay has in its hands: nothing that writes, asks, grants or moves."""

import pytest
from run_scene import Scene, make_scene

from sre_agent.domain.ids import ActionId
from sre_agent.domain.tools import ToolCall, ToolStatus
from sre_agent.ports import GrantDenied
from sre_agent.replay import recording
from sre_agent.replay.answers import NothingIsWrittenError, NotRehearsedError, RecordedTools
from sre_agent.replay.course import Course
from sre_agent.replay.doors import MovesNothingError, NoSigner, RecordedIncidents
from sre_agent.replay.journal import ScratchJournal

UNHEARD_OF = ToolCall(server="kubernetes", tool="scale", arguments={"replicas": 9})


@pytest.fixture
async def scene() -> Scene:
    scene = make_scene()
    await scene.start()
    return scene


@pytest.fixture
def course(scene: Scene) -> Course:
    return Course(recording.read(scene.events))


async def test_nothing_is_written_not_even_what_was_rehearsed(scene: Scene, course: Course) -> None:
    [rehearsed] = [asked.call for asked in scene.toolbox.asked if asked.mode == "rehearse"]
    tools = RecordedTools(course)

    assert (await tools.rehearse(rehearsed, deadline_s=1)).status is ToolStatus.OK
    with pytest.raises(NothingIsWrittenError):
        await tools.write(rehearsed, grant="any", deadline_s=1)


async def test_no_answer_is_made_up(course: Course) -> None:
    tools = RecordedTools(course)

    answer = await tools.read(UNHEARD_OF, deadline_s=1)

    assert (answer.status, answer.data) == (ToolStatus.UNREACHABLE, None)
    assert tools.not_recorded == [UNHEARD_OF]
    with pytest.raises(NotRehearsedError, match="holds no dry run"):
        await tools.rehearse(UNHEARD_OF, deadline_s=1)


async def test_no_grant_is_given(scene: Scene) -> None:
    assert isinstance(await NoSigner().mint(scene.id, ActionId("a1")), GrantDenied)


async def test_nothing_is_handed_over_published_or_begun(scene: Scene, course: Course) -> None:
    incidents = RecordedIncidents(course, ScratchJournal(course))

    with pytest.raises(MovesNothingError):
        await incidents.escalate(scene.id, reason="", step_key="")
    with pytest.raises(MovesNothingError):
        await incidents.publish_report(scene.id, "")
    assert await incidents.writes_halted(scene.id) is not None
