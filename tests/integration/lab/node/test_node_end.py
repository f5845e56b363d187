"""The end of the node itself, orderly or not: no process of any pod is left."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from node_cluster import Cluster, own_network, processes_with, running, until

from infrastructure.lab.node import shim as shim_program
from infrastructure.lab.node.backoff import BackoffLimits
from infrastructure.lab.node.processes import Command, LaunchError, ProcessShim, ShimLostError

ESCAPING = "setsid sh -c 'sleep 1000 & setsid sleep 1000' & trap '' TERM; sleep 1000 & wait"


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A node name no other test uses."""
    return f"node-{secrets.token_hex(4)}"


@pytest.fixture
def network() -> Iterator[str]:
    with own_network() as name:
        yield name


def manifests(path: Path, name: str) -> Path:
    container = {"name": "app", "image": "lab/shell:1", "command": ["sh", "-c", ESCAPING]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }
    path.write_text(json.dumps(pod), encoding="utf-8")
    return path


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_a_cluster_that_ends_takes_every_process_along(
    tmp_path: Path, node: str, network: str, number: int
) -> None:
    arguments = ["--dir", str(tmp_path), "--network", network]
    arguments += ["--manifests", str(manifests(tmp_path / "pods.json", node))]
    cluster = subprocess.Popen(  # noqa: ASYNC220 - it only forks
        [sys.executable, "-m", "infrastructure.lab.cluster", *arguments],
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[4],
    )
    try:
        await until(lambda: len(processes_with(f"HOSTNAME={node}")) >= 5, within_s=20)

        os.kill(cluster.pid, number)

        await until(lambda: not processes_with(f"HOSTNAME={node}"))
    finally:
        cluster.kill()
        await asyncio.to_thread(cluster.wait, 10)


async def test_a_cancelled_node_takes_every_process_along(tmp_path: Path, node: str) -> None:
    async with running(tmp_path, BackoffLimits()) as cluster:
        cluster.pod(node, ESCAPING)
        await until(lambda: len(processes_with(f"HOSTNAME={node}")) >= 5)

    assert not processes_with(f"HOSTNAME={node}")


def test_a_dead_child_counts_until_it_is_reaped() -> None:
    """Its own children come to whoever adopts them as it dies: only then is nothing left."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

        assert pid in shim_program._children()
    finally:
        os.waitpid(pid, 0)
    assert pid not in shim_program._children()


async def test_what_is_adopted_while_everything_is_killed_is_killed_too(tmp_path: Path) -> None:
    """Many times, because it is a matter of microseconds who dies first."""
    names = [f"node-{secrets.token_hex(4)}" for _ in range(20)]
    for name in names:
        shim = ProcessShim.start(sys.executable)
        env = {"PATH": os.defpath, "HOSTNAME": name}
        await shim.start_process(Command(["sh", "-c", ESCAPING], env, tmp_path), 2, 2)
        await until(partial(_has_all, name))
        await shim.close()

    left = [pid for name in names for pid in processes_with(f"HOSTNAME={name}")]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def _has_all(name: str) -> bool:
    return len(processes_with(f"HOSTNAME={name}")) >= 5


async def test_processes_die_with_the_shim_and_the_loss_is_told(node: str, tmp_path: Path) -> None:
    shim = ProcessShim.start(sys.executable)
    try:
        command = Command(["sleep", "1000"], {"PATH": os.defpath, "HOSTNAME": node}, tmp_path)
        await shim.start_process(command, 2, 2)

        os.kill(shim.pid, signal.SIGKILL)

        with pytest.raises(ShimLostError):
            async with asyncio.timeout(5):
                await shim.watch()
        await until(lambda: not processes_with(f"HOSTNAME={node}"))
    finally:
        await shim.close()


async def test_a_program_that_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    shim = ProcessShim.start(sys.executable)
    try:
        with pytest.raises(LaunchError, match="No such file"):
            await shim.start_process(Command(["no-such-program"], {}, tmp_path), 2, 2)
        with pytest.raises(LaunchError, match="null"):
            await shim.start_process(Command(["a\0b"], {}, tmp_path), 2, 2)
        with pytest.raises(LaunchError, match="too long"):
            await shim.start_process(Command(["x" * 5_000_000], {}, tmp_path), 2, 2)
    finally:
        await shim.close()


async def test_logs_of_an_earlier_life_are_cleared(tmp_path: Path) -> None:
    stale = tmp_path / "logs" / "default_old_uid" / "app" / "0.log"
    stale.parent.mkdir(parents=True)
    stale.write_text("old\n", encoding="utf-8")

    async with running(tmp_path, BackoffLimits()) as cluster:
        await until(cluster.get_node)

        assert not stale.exists()


async def test_two_labs_live_side_by_side(tmp_path: Path, node: str) -> None:
    def start(name: str, cluster: Cluster) -> None:
        cluster.pod(f"{node}-{name}", "sleep 1000")

    async with running(tmp_path / "a", BackoffLimits()) as one:
        async with running(tmp_path / "b", BackoffLimits()) as other:
            start("a", one)
            start("b", other)
            await until(lambda: processes_with(f"HOSTNAME={node}-a"))
            await until(lambda: processes_with(f"HOSTNAME={node}-b"))

        assert processes_with(f"HOSTNAME={node}-a")
        assert not processes_with(f"HOSTNAME={node}-b")
