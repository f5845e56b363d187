"""rerun_workflow: one more attempt of a run that is over.

A run bears no mark. Its attempts are counted, and the grant is bound to the one that was seen, so
that no grant repeats a run twice. Whoever comes again tells by the count that an attempt was made,
and by its actor whether it was ours.
"""

from dataclasses import dataclass

from typing_extensions import override

from mcp_servers.common import canonical
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.grants import Grant
from mcp_servers.github import told
from mcp_servers.github.repository import Repository
from mcp_servers.github.told import Run
from mcp_servers.github.writing import Deed, Doing, Done, Sight


@dataclass(frozen=True, slots=True)
class RerunDeed(Deed):
    """One more attempt of a workflow run."""

    run_id: int
    reader: Repository
    writer: Repository

    @override
    async def look_back(self, grant: Grant) -> Done | Doing | None:
        run = await self._run()
        before = _state(grant.target_uid, run, attempt=run.run_attempt - 1)
        if canonical.sha256(before) != grant.state_sha256:
            return None
        actor = run.triggering_actor.login if run.triggering_actor else ""
        if not actor or actor != await self._own_name():
            raise RefusedError(
                "outcome_unknown",
                f"run {self.run_id} was repeated since the approval, and nobody can tell whether by "
                f"grant {grant.jti}",
            )
        return _done(run)

    @override
    async def look(self) -> Sight:
        about = await self.reader.about()
        run = await self._run()
        if run.status != "completed":
            raise RefusedError("conflict", f"run {self.run_id} is {run.status}: wait for its end")
        uid = str(about.id)
        left = canonical.sha256(_state(uid, run, attempt=run.run_attempt + 1))
        return Sight(
            uid=uid,
            state_sha256=canonical.sha256(_state(uid, run, attempt=run.run_attempt)),
            result_sha256=left,
            changes=(f"run {run.id} of {run.name or 'a workflow'} is done once more",),
            do=self._do,
            warnings=("it succeeded",) if run.conclusion == "success" else (),
            left_sha256=left,
        )

    async def _do(self, _grant: Grant) -> Done:
        await self.writer.api.post(self.writer.path("actions", "runs", self.run_id, "rerun"), {})
        return Done(detail=f"run {self.run_id} is done once more")

    async def _run(self) -> Run:
        path = self.reader.path("actions", "runs", self.run_id)
        return told.read(Run, await self.reader.api.get(path))

    async def _own_name(self) -> str:
        """Return the account of the writing credential; an App has none that it could ask for."""
        try:
            found = await self.writer.api.get("/user")
        except RefusedError:
            return ""
        return told.read(told.Account, found).login


def _state(uid: str, run: Run, *, attempt: int) -> dict[str, object]:
    return {"repository": uid, "run": run.id, "head": run.head_sha, "attempt": attempt}


def _done(run: Run) -> Done:
    return Done(detail=f"run {run.id} is done once more", url=run.html_url)
