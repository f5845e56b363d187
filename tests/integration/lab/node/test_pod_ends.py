"""How containers end: by themselves, by their limits, by deletion; and that nothing is left."""

import asyncio
import contextlib
import os
import signal

import pytest
from node_cluster import Cluster, until

from infrastructure.lab.cluster.store import KINDS

DAEMON = "setsid sh -c 'sleep 1000 & setsid sleep 1000' & "


async def test_a_crash_is_backed_off_and_its_log_stays_readable(cluster: Cluster) -> None:
    cluster.pod("crash", "echo dying; exit 3")

    def backed_off() -> bool:
        waiting = cluster.state("crash", "waiting")
        return waiting.get("reason") == "CrashLoopBackOff" and "400ms" in waiting["message"]

    await until(backed_off)

    status = cluster.container("crash")
    ended = status["lastState"]["terminated"]
    pod = cluster.get("Pod", "crash")
    assert pod is not None
    uid = pod["metadata"]["uid"]
    assert (ended["exitCode"], ended["reason"]) == (3, "Error")
    assert status["restartCount"] >= 4
    assert status["state"]["waiting"]["message"] == (
        f"back-off 400ms restarting failed container=app pod=crash_default({uid})"
    )
    assert pod["status"]["phase"] == "Running"
    assert cluster.log("crash", previous=True) == "dying\n"
    assert cluster.events("crash", "BackOff")[0]["count"] >= 3


async def test_a_container_over_its_memory_limit_is_killed_with_its_children(
    cluster: Cluster,
) -> None:
    hog = "x = bytearray(b'x' * 60_000_000); import time; time.sleep(1000)"
    container = {"resources": {"limits": {"memory": "40Mi"}}}

    cluster.pod("hog", f'python3 -I -S -c "{hog}" & wait', container=container)
    await until(lambda: cluster.container("hog").get("lastState", {}).get("terminated"))

    ended = cluster.container("hog")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["signal"], ended["reason"]) == (137, 9, "OOMKilled")
    assert cluster.events("node-1", "OOMKilling")


@pytest.mark.parametrize(
    ("policy", "code", "phase"),
    [
        ("Never", 0, "Succeeded"),
        ("Never", 1, "Failed"),
        ("OnFailure", 0, "Succeeded"),
    ],
)
async def test_a_pod_that_is_not_run_again_ends_in_a_phase(
    cluster: Cluster, policy: str, code: int, phase: str
) -> None:
    cluster.pod("once", f"exit {code}", restartPolicy=policy)

    def ended() -> bool:
        pod = cluster.get("Pod", "once")
        return pod is not None and pod["status"]["phase"] == phase

    await until(ended)

    assert cluster.container("once")["restartCount"] == 0
    assert cluster.state("once", "terminated")["exitCode"] == code


async def test_a_program_that_does_not_exist_is_a_start_error(cluster: Cluster) -> None:
    cluster.pod("noexec", "", restartPolicy="Never", container={"command": ["no-such-program"]})

    ended = await until(lambda: cluster.state("noexec", "terminated"))

    assert (ended["exitCode"], ended["reason"]) == (128, "StartError")
    assert 'exec: "no-such-program": executable file not found in $PATH' in ended["message"]


async def test_a_deleted_pod_is_asked_to_end_and_then_gone(cluster: Cluster) -> None:
    cluster.pod("polite", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")
    await until(lambda: cluster.state("polite", "running") and "up" in cluster.log("polite"))
    folder = next((cluster.config.state_dir / "logs").glob("default_polite_*"))

    cluster.store.begin_delete(KINDS["Pod"], "default", "polite")
    await until(lambda: cluster.get("Pod", "polite") is None)

    assert "bye" in (folder / "app" / "0.log").read_text()
    assert cluster.events("polite", "Killing")[0]["message"] == "Stopping container app"


async def test_a_pod_that_ignores_the_request_is_killed_after_its_grace(cluster: Cluster) -> None:
    cluster.pod("stubborn", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    await until(lambda: cluster.state("stubborn", "running") and "up" in cluster.log("stubborn"))

    began = asyncio.get_running_loop().time()
    cluster.store.begin_delete(KINDS["Pod"], "default", "stubborn")
    await until(lambda: cluster.get("Pod", "stubborn") is None)

    assert 0.9 < asyncio.get_running_loop().time() - began < 4
    await until(lambda: not cluster.processes("stubborn"))


async def test_a_pod_removed_by_force_leaves_no_process(cluster: Cluster) -> None:
    cluster.pod("forced", "trap '' TERM; echo up; while :; do sleep 0.05; done")
    await until(lambda: cluster.processes("forced"))

    cluster.store.begin_delete(KINDS["Pod"], "default", "forced", grace_s=0)

    await until(lambda: not cluster.processes("forced"))


async def test_processes_that_left_the_session_end_with_their_container(cluster: Cluster) -> None:
    cluster.pod("escapes", DAEMON + "sleep 1000")
    await until(lambda: len(cluster.processes("escapes")) >= 4)

    cluster.store.begin_delete(KINDS["Pod"], "default", "escapes")

    await until(lambda: not cluster.processes("escapes"))


async def test_a_killed_container_is_started_again(cluster: Cluster) -> None:
    cluster.pod("killed", "exec sleep 1000")
    (pid,) = await until(lambda: cluster.processes("killed"))

    os.kill(pid, signal.SIGKILL)
    await until(lambda: cluster.container("killed").get("restartCount") == 1)

    ended = cluster.container("killed")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "Error")


async def test_a_deployment_takes_its_pods_along(cluster: Cluster) -> None:
    cluster.deployment("web", "sleep 1000", replicas=2)
    await until(
        lambda: len([p for p in cluster.all("Pod", app="web") if p["status"].get("podIP")]) == 2
    )
    names = [pod["metadata"]["name"] for pod in cluster.all("Pod", app="web")]

    cluster.store.begin_delete(KINDS["Deployment"], "default", "web")
    await until(
        lambda: not cluster.all("ReplicaSet", app="web") and not cluster.all("Pod", app="web")
    )

    for name in names:
        await until(lambda name=name: not cluster.processes(name))  # type: ignore[misc] # a default binds it


async def test_a_deleted_namespace_takes_everything_along(cluster: Cluster) -> None:
    cluster.store.create(KINDS["Namespace"], {"metadata": {"name": "team"}})
    spec = {"containers": [{"name": "app", "image": "lab/shell:1", "command": ["sleep", "1000"]}]}
    meta = {"name": "resident", "namespace": "team"}
    cluster.store.create(KINDS["Pod"], {"metadata": meta, "spec": spec})
    await until(lambda: cluster.processes("resident"))

    cluster.store.begin_delete(KINDS["Namespace"], None, "team")

    await until(lambda: not cluster.processes("resident"))
    await until(lambda: not cluster.store.peek_all(KINDS["Pod"], "team"))


async def test_thousands_of_lines_do_not_fill_the_disk(cluster: Cluster) -> None:
    cluster.pod("flood", "yes 'a line that is repeated without end' | head -c 9000000; sleep 1000")
    folder = cluster.config.state_dir / "logs"

    await until(lambda: list(folder.glob("default_flood_*/app/0.log.1")), within_s=20)
    await asyncio.sleep(0.3)

    sizes = [path.stat().st_size for path in folder.glob("default_flood_*/app/*")]
    assert len(sizes) == 2
    assert sum(sizes) < 5 * 1024 * 1024


async def test_restarts_leak_neither_files_nor_tasks_nor_logs(cluster: Cluster) -> None:
    def count() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())

    cluster.pod("loops", "exit 1")
    await until(lambda: cluster.container("loops").get("restartCount", 0) >= 2)
    before = count()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(3):
            await asyncio.Event().wait()
    after = count()

    assert cluster.container("loops")["restartCount"] >= 7
    assert after[0] <= before[0] + 8
    assert after[1] <= before[1] + 4
    assert len(list((cluster.config.state_dir / "logs").glob("default_loops_*/app/*"))) <= 2
