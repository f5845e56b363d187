"""A lab cluster for the whole run; hands, a workload and a repository of its own for each test."""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from crew import Crew
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from github_story import Story, tell
from hands_lab import Hands, Signer, hands_with, settings
from lab_cluster import WITHIN_S, Cluster, Workload, eventually, new_workload

from infrastructure.lab.ports import claim_network


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    network, claim = claim_network()
    command = [sys.executable, "-m", "infrastructure.lab.cluster", "--dir", str(folder)]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [*command, "--network", network], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        running = _running(folder, process)
        with running.http:
            yield running
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WITHIN_S) == 0, (folder / "out").read_text()
        claim.close()


def _running(folder: Path, process: subprocess.Popen[bytes]) -> Cluster:
    note = folder / "cluster.json"
    eventually(lambda: note.exists() or process.poll() is not None)
    found = json.loads(note.read_text())
    headers = {"authorization": f"Bearer {found['tokens']['admin']}"}
    http = httpx.Client(base_url=found["url"], headers=headers, timeout=10)
    return Cluster(found["url"], found["tokens"], Path(found["audit_log"]), http)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture
def workload(cluster: Cluster) -> Workload:
    return new_workload(cluster)


@pytest.fixture(scope="session")
def crew(cluster: Cluster) -> Crew:
    """Two pods that run; a test that deletes one has another made in its place."""
    return Crew(new_workload(cluster, "crew", replicas=2))


@pytest.fixture
async def hands(cluster: Cluster, signer: Signer) -> AsyncIterator[Hands]:
    async with hands_with(settings(cluster, signer)) as found:
        yield found


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A repository of the test's own, with a bad commit and work since."""
    return tell(tmp_path)
