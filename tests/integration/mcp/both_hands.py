"""The cluster of tests beside the real GitHub server, for runs that write to both."""

from dataclasses import dataclass, field
from datetime import timedelta

from forge_scene import DEPLOY_S, ForgeScene
from github_lab import GithubHands
from typing_extensions import override

from sre_agent.domain.tools import ToolCall, ToolResult, ToolStatus
from sre_agent.testing import FakeToolbox


@dataclass
class Both(FakeToolbox):
    """The cluster of tests, and the real GitHub server; its grants are for what was rehearsed first."""

    scene: ForgeScene
    hands: GithubHands
    grants: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(*self.scene.toolbox._scripts)
        self.asked = self.scene.toolbox.asked

    @override
    async def rehearse(self, call: ToolCall, *, deadline_s: float) -> ToolResult:
        if call.server != "github":
            return await super().rehearse(call, deadline_s=deadline_s)
        result = await self.hands.rehearse(call)
        if result.status is ToolStatus.OK and str(call) not in self.grants:
            self.grants[str(call)] = self.hands.grant(call, result)
        return result

    @override
    async def write(self, call: ToolCall, *, grant: str, deadline_s: float) -> ToolResult:
        if call.server != "github":
            return await super().write(call, grant=grant, deadline_s=deadline_s)
        result = await self.hands.write(call, self.grants[str(call)])
        if call.tool == "merge_pull_request" and result.status is ToolStatus.OK:
            now = self.scene.world.now
            self.scene.forge.deploy_at = now + timedelta(seconds=DEPLOY_S)
        return result
