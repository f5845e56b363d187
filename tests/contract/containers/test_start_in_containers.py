"""`./start.sh --docker` and `./stop.sh --docker`, with a program called docker that writes down its calls."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from rendering import SECRETS, renderer
from stack_file import LAB_VARIABLES, ROOT, variables_of

from backend.cli.stack import environment

DOCKER = """\
#!/bin/sh
printf '%s\\n' "$*" >> "{calls}"
case "$*" in
  "compose version --short") echo "{version}"; exit {plugin} ;;
  info) exit {engine} ;;
  *" up "*) exit {up} ;;
  *"users bootstrap") echo "admin: a-password-told-once" ;;
esac
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with what the scripts need, and nothing that was ever started."""
    root = tmp_path / "checkout"
    (root / "infrastructure/docker").mkdir(parents=True)
    for name in ("start.sh", "stop.sh", "infrastructure/docker-compose.yaml"):
        shutil.copy(ROOT / name, root / name)
    for name in ("start.sh", "stop.sh", "common.sh", "lab.env", "forge.env"):
        shutil.copy(ROOT / "infrastructure/docker" / name, root / "infrastructure/docker" / name)
    return root


@pytest.fixture
def run(checkout: Path) -> Run:
    """Runs a script beside a docker that answers as told, on a machine without Python or Node."""

    def with_docker(
        script: str, *arguments: str, with_docker: bool = True, **answers: object
    ) -> subprocess.CompletedProcess[str]:
        programs = checkout.parent / "bin"
        shutil.rmtree(programs, ignore_errors=True)
        programs.mkdir()
        for name in (
            "bash",
            "sh",
            "env",
            "dirname",
            "sed",
            "tail",
            "head",
            "od",
            "tr",
            "base64",
            "chmod",
            "grep",
            "wc",
        ):
            (programs / name).symlink_to(str(shutil.which(name)))
        if with_docker:
            said = {"version": "2.26.1", "plugin": 0, "engine": 0, "up": 0} | answers
            program = programs / "docker"
            program.write_text(DOCKER.format(calls=checkout.parent / "calls", **said))
            program.chmod(0o755)
        return subprocess.run(
            [str(checkout / script), *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"PATH": str(programs)},
        )

    return with_docker


def calls(checkout: Path) -> list[str]:
    file = checkout.parent / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_first_start_makes_secrets_starts_everything_and_tells_the_password(
    checkout: Path, run: Run
) -> None:
    done = run("start.sh", "--docker")

    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:8080" in done.stderr
    assert "a-password-told-once" in done.stdout
    up = next(call for call in calls(checkout) if " up " in call)
    assert up.startswith(
        "compose --env-file .env --env-file infrastructure/docker/lab.env "
        "--env-file infrastructure/docker/forge.env -f infrastructure/docker-compose.yaml up --detach --build --wait"
    )
    assert (checkout / ".env").stat().st_mode & 0o077 == 0


def test_the_secrets_are_those_of_a_start_without_containers_and_what_the_stack_adds(
    checkout: Path, run: Run, tmp_path: Path
) -> None:
    run("start.sh", "--docker")

    made = environment.read(checkout / ".env")
    assert set(made) == set(SECRETS) | {"SECRETS_KEY"}
    assert set(made) >= set(environment.completed(tmp_path / "none"))
    assert len(set(made.values())) == len(made)
    assert all(len(value) >= 44 for value in made.values())
    assert environment.operator_token(made) is not None
    Fernet(made["SECRETS_KEY"])


def test_compose_takes_the_settings_that_were_made(
    checkout: Path, run: Run, compose: Path, tmp_path: Path
) -> None:
    run("start.sh", "--docker")

    stack = renderer(compose, tmp_path)(environment.read(checkout / ".env"), LAB_VARIABLES)

    assert set(variables_of(LAB_VARIABLES)) >= {"KUBERNETES_API_URL"}
    assert "lab" in stack["services"]


def test_what_env_says_is_kept_and_only_what_is_missing_is_added(checkout: Path, run: Run) -> None:
    (checkout / ".env").write_text("# mine\nSIGNER_TOKEN=my-own-signer-token-here\nPORT=9123")

    run("start.sh", "--docker")
    first = (checkout / ".env").read_text()
    done = run("start.sh", "--docker")

    assert first.startswith("# mine\nSIGNER_TOKEN=my-own-signer-token-here\nPORT=9123\n")
    assert first.count("SIGNER_TOKEN=") == 1
    assert (checkout / ".env").read_text() == first
    assert "http://127.0.0.1:9123" in done.stderr


@pytest.mark.parametrize("line", ["KUBERNETES_API_URL=https://x:6443", "MCP_KUBECONFIG=/etc/hosts"])
def test_a_cluster_that_is_named_is_watched_instead_of_the_lab(
    checkout: Path, run: Run, line: str
) -> None:
    (checkout / ".env").write_text(f"{line}\n")

    done = run("start.sh", "--docker", "--scale", "worker=3")

    assert done.returncode == 0, done.stderr
    up = next(call for call in calls(checkout) if " up " in call)
    assert "lab.env" not in up
    assert up.endswith("--scale worker=3")
    assert "lab" not in done.stderr


@pytest.mark.parametrize("line", ["GITHUB_REPOSITORIES=acme/a", "GITHUB_APP_ID=7", "LAB_SEED=3"])
def test_another_github_or_another_world_keeps_the_labs_forge_out(
    checkout: Path, run: Run, line: str
) -> None:
    (checkout / ".env").write_text(f"{line}\n")

    run("start.sh", "--docker")

    up = next(call for call in calls(checkout) if " up " in call)
    assert "lab.env" in up
    assert "forge.env" not in up


def test_a_setting_left_empty_before_its_comment_is_empty(checkout: Path, run: Run) -> None:
    (checkout / ".env").write_text(
        "MCP_KUBECONFIG=/etc/hosts\nMCP_KUBECONFIG_WRITE_CONTEXT=w\n"
        "KUBERNETES_WRITE_TOKEN=    # kubectl create token writer\n"
    )

    done = run("start.sh", "--docker")

    assert done.returncode == 0, done.stderr


REFUSED = {
    "a placeholder": ("SIGNER_TOKEN=change-me", "change-me"),
    "a socket of the machine": ("DATABASE_URL=postgresql://u@/db?host=/tmp/s", "DATABASE_URL"),
    "a pod": ("KUBERNETES_IN_CLUSTER=true", "KUBERNETES_IN_CLUSTER"),
    "two clusters": ("KUBERNETES_API_URL=https://x\nMCP_KUBECONFIG=/etc/hosts", "one way"),
    "two ways to write": (
        "MCP_KUBECONFIG=/etc/hosts\nMCP_KUBECONFIG_WRITE_CONTEXT=w\nKUBERNETES_WRITE_TOKEN=t",
        "one way",
    ),
    "metrics without a cluster": ("PROMETHEUS_URL=http://p:9090", "no cluster"),
    "a file that is not there": ("MCP_KUBECONFIG=/no/such/file", "does not exist"),
    "a path that depends on the folder": ("RUNBOOKS_DIR=runbooks", "absolute"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused_before_anything_starts(
    checkout: Path, run: Run, case: str
) -> None:
    text, told = REFUSED[case]
    (checkout / ".env").write_text(f"{text}\n")

    done = run("start.sh", "--docker")

    assert done.returncode == 1
    assert told in done.stderr
    assert not [call for call in calls(checkout) if " up " in call]


@pytest.mark.parametrize("script", ["start.sh", "stop.sh"])
@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"with_docker": False}, "Docker was not found"),
        ({"plugin": 1}, "compose plugin"),
        ({"version": "v2.3.4"}, "2.24 or newer"),
        ({"version": "1.29.2"}, "2.24 or newer"),
        ({"engine": 1}, "engine does not answer"),
    ],
)
def test_a_docker_that_is_missing_or_too_old_is_told_and_nothing_is_written(
    checkout: Path, run: Run, script: str, answers: dict[str, object], told: str
) -> None:
    if script == "stop.sh":
        (checkout / ".env").write_text("PORT=8080\n")
    before = sorted(checkout.iterdir())

    done = run(script, "--docker", **answers)

    assert done.returncode == 1
    assert told in done.stderr
    assert sorted(checkout.iterdir()) == before


def test_a_stack_that_does_not_become_healthy_is_told_with_the_way_to_the_reason(
    checkout: Path, run: Run
) -> None:
    done = run("start.sh", "--docker", up=1)

    assert done.returncode == 1
    assert "logs" in done.stderr
    assert "is up" not in done.stderr
    assert calls(checkout)[-1].endswith("ps --all")


def test_stopping_ends_the_services_of_every_profile_and_keeps_what_was_stored(
    checkout: Path, run: Run
) -> None:
    run("start.sh", "--docker")

    done = run("stop.sh", "--docker")

    assert done.returncode == 0, done.stderr
    down = calls(checkout)[-1]
    assert "--profile lab --profile ollama down --remove-orphans" in down
    assert "--volumes" not in down


def test_stopping_what_never_started_is_no_error(checkout: Path, run: Run) -> None:
    done = run("stop.sh", "--docker", with_docker=False)

    assert done.returncode == 0
    assert "Nothing was ever started" in done.stderr


def test_a_file_of_the_users_own_changes_the_stack(checkout: Path, run: Run) -> None:
    (checkout / "infrastructure/docker-compose.override.yaml").write_text("services: {}\n")

    run("start.sh", "--docker")

    up = next(call for call in calls(checkout) if " up " in call)
    assert "-f infrastructure/docker-compose.override.yaml up" in up
