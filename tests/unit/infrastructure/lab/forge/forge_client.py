"""A forge of a test's own, asked as GitHub would be, and held against GitHub's own description."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import github_contract
import httpx2
import jwt
from starlette.testclient import TestClient

from infrastructure.lab import world
from infrastructure.lab.forge import apps
from infrastructure.lab.forge.app import create_app
from infrastructure.lab.forge.checks import Checks
from infrastructure.lab.forge.forge import Forge, opened
from infrastructure.lab.forge.webhooks import Deliveries

URL = "http://forge.test"


@dataclass
class Client:
    """A caller with a token."""

    http: TestClient
    forge: Forge
    token: str
    asked: set[github_contract.Operation] = field(default_factory=set)
    """The operations that were asked, of those that GitHub describes."""

    def ask(self, method: str, path: str, expect: int | None = None, **options: Any) -> Any:
        """Ask below the repository (or anywhere, from two slashes on); return the document."""
        answer = self.raw(method, path, **options)
        wanted = {expect} if expect else {200, 201, 204}
        assert answer.status_code in wanted, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def raw(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Ask; return the answer as it comes."""
        place = path[1:] if path.startswith("//") else f"/repos/{self.forge.full_name}{path}"
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        answer: httpx2.Response = self.http.request(
            method, f"{URL}/api/v3{place}", headers=headers, **options
        )
        self._hold_against_the_description(answer, options.get("json"))
        return answer

    def _hold_against_the_description(self, answer: httpx2.Response, body: Any) -> None:
        path = answer.request.url.path.removeprefix("/api/v3")
        operation = github_contract.find(answer.request.method, path)
        if operation is None:
            return
        if answer.is_success:
            github_contract.check_request(operation, dict(answer.request.url.params), body)
            self.asked.add(operation)
        document = answer.json() if answer.content else None
        github_contract.check_answer(operation, answer.status_code, document)

    def get(self, path: str, /, **query: Any) -> Any:
        """Return what is there."""
        return self.ask("GET", path, params=query)

    def with_(self, right: str) -> "Client":
        """Return the same caller with the token of another right."""
        return self.with_token(self.forge.access.by_right[right])

    def with_token(self, token: str) -> "Client":
        """Return the same caller with another token."""
        return Client(self.http, self.forge, token, self.asked)

    def as_app(self, app_id: int, private_key: str, lasts_s: int = 300) -> "Client":
        """Return a caller with a token that an App signed."""
        now = int(time.time())
        claims = {"iat": now - 30, "exp": now + lasts_s, "iss": str(app_id)}
        return self.with_token(jwt.encode(claims, private_key, "RS256"))

    @property
    def service(self) -> str:
        """Return the name of a service."""
        return next(iter(self.forge.world.services.values()))

    def commit(self, files: dict[str, str | None], message: str = "Change", **more: Any) -> str:
        """Write a commit upon main (or `parents`) that sets files; return its SHA."""
        parents = more.pop("parents", [self.forge.head])
        entries = [
            {"path": path, "mode": "100644", "type": "blob"}
            | ({"sha": None} if text is None else {"content": text})
            for path, text in files.items()
        ]
        base = self.get(f"/git/commits/{parents[0]}")["tree"]["sha"]
        tree = self.ask("POST", "/git/trees", json={"base_tree": base, "tree": entries})
        body = {"message": message, "tree": tree["sha"], "parents": parents, **more}
        sha: str = self.ask("POST", "/git/commits", json=body)["sha"]
        return sha

    def branch(self, name: str, sha: str) -> None:
        """Make a branch."""
        self.ask("POST", "/git/refs", json={"ref": f"refs/heads/{name}", "sha": sha})

    def propose(self, name: str, files: dict[str, str | None], title: str = "Change") -> Any:
        """Open a pull request that sets files."""
        self.branch(name, self.commit(files, title))
        return self.ask("POST", "/pulls", json={"title": title, "head": name, "base": "main"})

    def checked(self, sha: str) -> Any:
        """Wait for the check of a commit; return it."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            runs = self.get(f"/commits/{sha}/check-runs")["check_runs"]
            if runs and runs[0]["status"] == "completed":
                return runs[0]
            time.sleep(0.01)
        raise AssertionError(f"{sha} was not checked")


@contextmanager
def client_of(folder: Path, seed: int = 1, right: str = "write") -> Iterator[Client]:
    """Open the forge of a folder."""
    forge = opened(folder, world.make(seed), URL)
    apps.remember(forge)
    checks, deliveries = Checks(forge), Deliveries(forge)
    checks.start()
    deliveries.start()
    try:
        with TestClient(create_app(forge)) as http:
            yield Client(http, forge, forge.access.by_right[right])
    finally:
        checks.stop()
        deliveries.stop()
        forge.store.close()
