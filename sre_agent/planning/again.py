"""Whether an object says what it was told to: the same action rehearsed again would change nothing."""

from pydantic import ValidationError

from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.plan import DryRun
from sre_agent.domain.tools import ToolResult, ToolStatus
from sre_agent.planning.hold import Check, Standing


def check(target: ObjectRef, result: ToolResult | None) -> Check:
    """Return what a rehearsal of what was done already says of its target."""
    if result is None or result.status is not ToolStatus.OK or result.data is None:
        why = result.reason if result else "it was not asked"
        return Check(Standing.SILENT, f"nobody can tell how {target} is: {why}")
    try:
        changes = DryRun.model_validate(result.data).changes
    except ValidationError:
        return Check(Standing.SILENT, f"nobody can tell how {target} is: the answer is no dry run")
    if changes:
        return Check(Standing.BAD, f"{target} would still change: {'; '.join(changes)}")
    return Check(Standing.GOOD, f"{target} is as it was told to be")
