"""The alert rules, as the real promtool reads and runs them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infrastructure.lab.observe import prometheus, tools

TOOLS_CACHE = Path(__file__).resolve().parents[3] / ".run/tools"

SOURCES = prometheus.Sources(
    targets_file=Path("/somewhere/targets.json"),
    node_addresses=("127.0.0.1:10255",),
    alertmanager_address="127.0.0.1:9093",
    team="storefront",
)

SERVICE = 'namespace="n",service="a",team="t"'
CONTAINER = 'namespace="n",pod="a-1",container="main"'
DEPLOYMENT = 'namespace="n",deployment="a"'


@pytest.fixture(scope="module")
def promtool() -> Path:
    return tools.provide(TOOLS_CACHE).promtool


def firing(promtool: Path, folder: Path, series: dict[str, str], at: str, alert: str) -> bool:
    """Say whether an alert fires at a moment of a made-up history, one sample a second."""
    expectation: dict[str, Any] = {
        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
        "eval_time": at,
        "exp_samples": [{"labels": "{}", "value": 1}],
    }
    case = {
        "rule_files": [str(prometheus.RULES)],
        "evaluation_interval": "1s",
        "tests": [
            {
                "interval": "1s",
                "input_series": [{"series": name, "values": text} for name, text in series.items()],
                "promql_expr_test": [expectation],
            }
        ],
    }
    file = folder / "case.yml"
    file.write_text(json.dumps(case))
    done = subprocess.run(
        [promtool, "test", "rules", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 or "got: nil" in done.stderr + done.stdout, done.stderr
    return done.returncode == 0


def test_promtool_accepts_the_rules(promtool: Path) -> None:
    done = subprocess.run(
        [promtool, "check", "rules", prometheus.RULES], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_promtool_accepts_the_configuration(promtool: Path, tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    file.write_text(prometheus.config(SOURCES))

    done = subprocess.run(
        [promtool, "check", "config", file], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize(("good", "bad", "fires"), [(12, 8, True), (99, 1, False), (0, 0, False)])
def test_high_error_rate_fires_above_five_percent_of_real_traffic(
    promtool: Path, tmp_path: Path, good: int, bad: int, *, fires: bool
) -> None:
    series = {
        f'http_requests_total{{{SERVICE},code="200"}}': f"0+{good}x60",
        f'http_requests_total{{{SERVICE},code="500"}}': f"0+{bad}x60",
    }

    assert firing(promtool, tmp_path, series, "30s", "HighErrorRate") is fires


def test_high_error_rate_waits_five_seconds(promtool: Path, tmp_path: Path) -> None:
    series = {f'http_requests_total{{{SERVICE},code="500"}}': "0+9x60"}

    assert not firing(promtool, tmp_path, series, "3s", "HighErrorRate")
    assert firing(promtool, tmp_path, series, "12s", "HighErrorRate")


def test_high_latency_fires_when_requests_take_seconds(promtool: Path, tmp_path: Path) -> None:
    bucket = "http_request_duration_seconds_bucket"
    series = {
        f'http_requests_total{{{SERVICE},code="200"}}': "0+20x60",
        f'{bucket}{{{SERVICE},le="1.0"}}': "0+0x60",
        f'{bucket}{{{SERVICE},le="2.5"}}': "0+20x60",
        f'{bucket}{{{SERVICE},le="+Inf"}}': "0+20x60",
    }

    assert firing(promtool, tmp_path, series, "30s", "HighLatencyP99")


def test_a_crash_loop_fires_and_a_pod_that_runs_does_not(promtool: Path, tmp_path: Path) -> None:
    waiting = f'kube_pod_container_status_waiting_reason{{{CONTAINER},reason="CrashLoopBackOff"}}'

    assert firing(promtool, tmp_path, {waiting: "1x60"}, "30s", "KubePodCrashLooping")
    assert not firing(promtool, tmp_path, {waiting: "0x60"}, "30s", "KubePodCrashLooping")


def test_an_oom_kill_fires_only_when_the_container_was_restarted(
    promtool: Path, tmp_path: Path
) -> None:
    reason = f'kube_pod_container_status_last_terminated_reason{{{CONTAINER},reason="OOMKilled"}}'
    restarts = f"kube_pod_container_status_restarts_total{{{CONTAINER}}}"
    killed = {reason: "0x9 1x50", restarts: "0x9 1x50"}
    long_ago = {reason: "1x200", restarts: "3x200"}

    assert firing(promtool, tmp_path, killed, "30s", "KubeContainerOOMKilled")
    assert not firing(promtool, tmp_path, long_ago, "180s", "KubeContainerOOMKilled")


@pytest.mark.parametrize(
    ("start", "step", "at", "fires"),
    [
        (40, 0.125, "30s", False),  # it grows, and there is much room
        (40, 0.125, "110s", True),
        (60, 0, "110s", False),  # nearly full, and stays so
        (10, 1, "40s", False),  # it warms up
    ],
)
def test_memory_that_will_be_full_in_minutes_is_told_before(
    promtool: Path, tmp_path: Path, start: int, step: float, at: str, *, fires: bool
) -> None:
    mib = 2**20
    labels = f'{{{CONTAINER},node="n-1",image="i"}}'
    grown = f"{start * mib}+{int(step * mib)}x150"
    series = {
        f"container_memory_working_set_bytes{labels}": grown,
        f"container_spec_memory_limit_bytes{labels}": f"{64 * mib}x150",
    }

    assert firing(promtool, tmp_path, series, at, "ContainerMemoryFillsUp") is fires


def test_a_probe_fires_when_it_never_succeeds(promtool: Path, tmp_path: Path) -> None:
    probe = f'prober_probe_total{{{CONTAINER},probe_type="Liveness",result='
    failing = {f'{probe}"failed"}}': "0+0.2x60"}
    at_times = {**failing, f'{probe}"successful"}}': "0+0.2x60"}

    assert firing(promtool, tmp_path, failing, "50s", "KubeProbeFailing")
    assert not firing(promtool, tmp_path, at_times, "50s", "KubeProbeFailing")


def test_pods_that_are_refused_are_told(promtool: Path, tmp_path: Path) -> None:
    failure = f'kube_deployment_status_condition{{{DEPLOYMENT},condition="ReplicaFailure",status='

    for status, fires in (("true", True), ("false", False)):
        series = {f'{failure}"{status}"}}': "1x30"}
        alert = "KubeDeploymentReplicaFailure"
        assert firing(promtool, tmp_path, series, "20s", alert) is fires


def test_lacking_replicas_fire_unless_a_rollout_explains_them(
    promtool: Path, tmp_path: Path
) -> None:
    lacking = {
        f"kube_deployment_spec_replicas{{{DEPLOYMENT}}}": "2x60",
        f"kube_deployment_status_replicas_available{{{DEPLOYMENT}}}": "1x60",
        f"kube_deployment_status_replicas_updated{{{DEPLOYMENT}}}": "2x60",
    }
    rolling = {**lacking, f"kube_deployment_status_replicas_updated{{{DEPLOYMENT}}}": "0+1x60"}

    assert firing(promtool, tmp_path, lacking, "30s", "KubeDeploymentReplicasMismatch")
    assert not firing(promtool, tmp_path, rolling, "30s", "KubeDeploymentReplicasMismatch")


def test_a_target_that_is_down_for_a_moment_is_not_told(promtool: Path, tmp_path: Path) -> None:
    up = f'up{{job="a",instance="127.9.0.2:8080",{SERVICE}}}'

    assert firing(promtool, tmp_path, {up: "1x9 0x50"}, "40s", "TargetDown")
    assert not firing(promtool, tmp_path, {up: "1x9 0x6 1x50"}, "16s", "TargetDown")


def test_the_watchdog_always_fires(promtool: Path, tmp_path: Path) -> None:
    assert firing(promtool, tmp_path, {}, "5s", "Watchdog")
