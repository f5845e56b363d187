"""The world that is watched, seen from outside: its audit log, its objects, its faults."""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from platform_process import ROOT, TRUST

Json = dict[str, Any]

GRANTS = "sre-agent.io/grants"


@dataclass(frozen=True)
class World:
    """The lab of one platform."""

    folder: Path

    @property
    def record(self) -> Json:
        """Return what the lab says of itself."""
        found: Json = json.loads((self.folder / "lab.json").read_text())
        return found

    @property
    def namespace(self) -> str:
        """Return where the shop is."""
        return str(self.record["namespace"])

    def command(self, *arguments: str) -> str:
        """Run a command of the lab."""
        name, *rest = arguments
        words = [sys.executable, "-m", "infrastructure.lab", name, "--dir", str(self.folder), *rest]
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def break_(self, fault: str) -> Json:
        """Inject a fault; return the truth about it: class, object, repairs."""
        self.command("break", fault)
        truth: Json = json.loads((self.folder / "faults.jsonl").read_text().splitlines()[-1])
        return truth

    def alerts(self) -> list[str]:
        """Return which alerts fire or are about to, but for the one that always does."""
        query = {"query": 'ALERTS{alertname!="Watchdog"}'}
        url = f"{self.record['prometheus']['url']}/api/v1/query"
        answer = httpx.get(url, params=query, trust_env=False, verify=TRUST, timeout=20)
        rows = answer.raise_for_status().json()["data"]["result"]
        return sorted({row["metric"]["alertname"] for row in rows})

    def notes(self) -> list[Json]:
        """Return what was broken and healed so far."""
        file = self.folder / "faults.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def commits(self) -> Json:
        """Return what main holds of the commits of the last fault, as the lab sees its own repository."""
        found: Json = json.loads(self.command("commits", "--json"))
        return found

    def merged_requests(self) -> list[Json]:
        """Return the pull requests that the platform opened and somebody merged."""
        forge = self.record["forge"]
        answer = httpx.get(
            f"{forge['url']}/api/v3/repos/{forge['repository']}/pulls",
            params={"state": "closed", "per_page": 100},
            headers={"Authorization": f"Bearer {forge['tokens']['read']}"},
            trust_env=False,
            verify=TRUST,
            timeout=20,
        )
        requests: list[Json] = answer.raise_for_status().json()
        ours = f"{forge['repository'].partition('/')[0]}-write"
        return [each for each in requests if each["merged_at"] and each["user"]["login"] == ours]

    def audit(self, after: int = 0) -> list[Json]:
        """Return the cluster's own record of every write, after the first `after` entries."""
        lines = Path(self.record["kubernetes"]["audit_log"]).read_text().splitlines()
        return [json.loads(line) for line in lines[after:]]

    def writes(self, after: int) -> list[Json]:
        """Return what was really changed by anyone but the lab's administrator."""
        return [
            entry
            for entry in self.audit(after)
            if entry["user"] != "admin" and not entry["dryRun"] and entry["status"] < 300
        ]

    def deployment(self, name: str) -> Json:
        """Return a live deployment."""
        found: Json = self._kubernetes("GET", name).json()
        return found

    def change_deployment(self, name: str, patch: Json) -> None:
        """Change a deployment as a person with rights would."""
        headers = {"Content-Type": "application/merge-patch+json"}
        self._kubernetes("PATCH", name, content=json.dumps(patch), headers=headers)

    def grants_on(self, name: str, kind: str = "Deployment") -> list[str]:
        """Return the ids of the grants that were used on an object, oldest first."""
        live: Json = self._kubernetes("GET", name, kind=kind).json()
        annotations = live["metadata"].get("annotations", {})
        return [mark["id"] for mark in json.loads(annotations.get(GRANTS, "[]"))]

    def killed_for_memory(self, container: str, since: dt.datetime) -> list[str]:
        """Return the pods in which a container was killed for its memory, as far as was scraped."""
        age_s = (dt.datetime.now(dt.UTC) - since).total_seconds()
        labels = f'{{container="{container}",reason="OOMKilled"}}'
        query = (
            f"max_over_time(kube_pod_container_status_last_terminated_reason{labels}[{age_s:.0f}s])"
        )
        url = f"{self.record['prometheus']['url']}/api/v1/query"
        answer = httpx.get(url, params={"query": query}, timeout=10, trust_env=False, verify=TRUST)
        return [row["metric"]["pod"] for row in answer.raise_for_status().json()["data"]["result"]]

    def process(self, name: str) -> int:
        """Return the pid of a process of the lab."""
        status = json.loads(self.command("status", "--json"))
        pid: int = status["processes"][name]["pid"]
        return pid

    def _kubernetes(
        self,
        method: str,
        name: str,
        *,
        kind: str = "Deployment",
        headers: Json | None = None,
        **rest: Any,
    ) -> httpx.Response:
        api = self.record["kubernetes"]
        group = "/api/v1" if kind == "Service" else "/apis/apps/v1"
        path = f"{group}/namespaces/{self.namespace}/{kind.lower()}s/{name}"
        authorization = {"Authorization": f"Bearer {api['tokens']['admin']}"}
        return httpx.request(
            method,
            api["url"] + path,
            headers={**authorization, **(headers or {})},
            timeout=10,
            trust_env=False,
            verify=TRUST,
            **rest,
        ).raise_for_status()


def grant_ids(write: Json) -> list[str]:
    """Return the grants that a write put on its object, oldest first."""
    added = write["annotations_added"].get(GRANTS, "[]")
    return [mark["id"] for mark in json.loads(added)]
