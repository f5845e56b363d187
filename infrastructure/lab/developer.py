"""Do with the forge what a developer does: write a change, have it checked and merged, see it deployed."""

import asyncio
import base64
import time
from dataclasses import dataclass
from typing import Any, Self

import httpx

from infrastructure.lab.forge.edits import Edit

REQUEST_TIMEOUT_S = 20.0
PATIENCE_S = 60.0
POLL_S = 0.1
OVER = frozenset({"success", "failure", "error", "inactive"})
"""States of a deployment after which none of the others comes."""


class ForgeError(Exception):
    """The forge refused, could not be reached, or took too long."""


@dataclass(frozen=True)
class Landed:
    """A change that is on main: its commit there, and what it is called."""

    sha: str
    title: str


class Developer:
    """Somebody with a token and a clone."""

    def __init__(self, url: str, repository: str, token: str) -> None:
        """Take where the forge is, the repository (`owner/name`) and a token that may write."""
        self._root, self._repository = f"{url}/api/v3", f"/repos/{repository}"
        self._client = httpx.AsyncClient(
            headers={"authorization": f"Bearer {token}"},
            timeout=REQUEST_TIMEOUT_S,
            trust_env=False,  # a proxy of the shell has no business on the loopback
        )

    async def __aenter__(self) -> Self:
        """Use the client as a context manager."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def land(self, edit: Edit) -> Landed:
        """Have a change reviewed and merged.

        Raises:
            ForgeError: when the forge refuses, or the check is red.
        """
        head = (await self._ask("GET", "/git/ref/heads/main"))["object"]["sha"]
        sha = head
        for files in edit.steps:
            sha = await self._commit(sha, edit, files)
        branch = f"{edit.author.login}/{edit.slug}-{sha[:7]}"
        await self._ask("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha})
        asked = {"title": edit.title, "body": edit.body, "head": branch, "base": "main"}
        request = await self._ask("POST", "/pulls", asked)
        await self._checked(sha)
        method = {"sha": sha, "merge_method": edit.method}
        merged = await self._ask("PUT", f"/pulls/{request['number']}/merge", method)
        return Landed(merged["sha"], edit.title)

    async def deployed(self, sha: str) -> str:
        """Wait until the deployment of a commit is over; return how it ended.

        Raises:
            ForgeError: when it takes too long.
        """
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            for deployment in await self._ask("GET", f"/deployments?sha={sha}"):
                statuses = await self._ask("GET", f"/deployments/{deployment['id']}/statuses")
                if statuses and statuses[0]["state"] in OVER:
                    return str(statuses[0]["state"])
            await asyncio.sleep(POLL_S)
        raise ForgeError(f"commit {sha} was not deployed within {PATIENCE_S:g} s")

    async def restore(self) -> None:
        """Put on main what the lab started with; nothing is deployed.

        Raises:
            ForgeError: when the forge refuses.
        """
        await self._request("POST", f"{self._root}/lab/restore")

    async def _commit(self, parent: str, edit: Edit, files: Any) -> str:
        tree = []
        for path, change in files.items():
            found = await self._ask("GET", f"/contents/{path}?ref={parent}")
            text = change(base64.b64decode(found["content"]).decode())
            tree.append({"path": path, "mode": "100644", "type": "blob", "content": text})
        base = (await self._ask("GET", f"/git/commits/{parent}"))["tree"]["sha"]
        written = await self._ask("POST", "/git/trees", {"base_tree": base, "tree": tree})
        who = {"name": edit.author.name, "email": edit.author.email}
        message = f"{edit.title}\n\n{edit.body}".rstrip()
        draft = {"message": message, "tree": written["sha"], "parents": [parent], "author": who}
        return str((await self._ask("POST", "/git/commits", draft))["sha"])

    async def _checked(self, sha: str) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            runs = (await self._ask("GET", f"/commits/{sha}/check-runs"))["check_runs"]
            if runs and runs[0]["conclusion"] == "success":
                return
            if runs and runs[0]["conclusion"] is not None:
                raise ForgeError(f"the check of {sha} failed: {runs[0]['output']['summary']}")
            await asyncio.sleep(POLL_S / 2)
        raise ForgeError(f"commit {sha} was not checked within {PATIENCE_S:g} s")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self._request(method, f"{self._root}{self._repository}{path}", body)

    async def _request(self, method: str, url: str, body: Any = None) -> Any:
        try:
            answer = await self._client.request(method, url, json=body)
        except httpx.HTTPError as error:
            raise ForgeError(f"{method} {url}: {type(error).__name__}: {error}") from error
        if answer.is_error:
            raise ForgeError(f"{method} {url}: HTTP {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None
