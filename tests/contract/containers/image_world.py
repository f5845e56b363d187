"""The stack as compose describes it, of processes instead of containers: each service has an address."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import image_folder
from image_folder import Image
from stack_file import ROOT

_HEALTHY_S = 240.0
_END_S = 20.0
_TOOLS = ROOT / ".run/tools"

Service = Mapping[str, Any]


@dataclass
class World:
    """Images in folders, volumes in folders, and the processes that run of them."""

    home: Path
    stack: Mapping[str, Any]
    images: dict[str, Image] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    """Variables that mean something else here than in containers."""

    @property
    def services(self) -> Mapping[str, Service]:
        """Return the services as compose reads them."""
        found: Mapping[str, Service] = self.stack["services"]
        return found

    def address(self, service: str) -> str:
        """Return the address that a service has to itself, so that all may use the same ports."""
        number = sorted(self.services).index(service) + 1
        return f"127.{50 + os.getpid() % 150}.{os.getpid() // 150 % 250}.{number}"

    def image(self, service: str) -> Image:
        """Return the image of a service, made the first time; its volumes are those of others."""
        name = self.services[service]["image"]
        if name not in self.images:
            build = self.services[service]["build"]
            file, arguments = Path(build["dockerfile"]).name, build.get("args") or {}
            folder = self.home / name.partition("/")[2].partition(":")[0]
            self.images[name] = image_folder.build(file, arguments, folder)
        return self.images[name]

    def environment(self, service: str) -> dict[str, str]:
        """Return exactly what compose gives a service, at the addresses that the others have here."""
        given = self.services[service].get("environment") or {}
        known = {name: self.instead.get(name, value) for name, value in given.items()}
        placed = {name: self._placed(service, str(value)) for name, value in known.items()}
        return self._shared(service, self.image(service).environment(placed))

    def start(self, service: str) -> None:
        """Start a service's command, and remember it."""
        image = self.image(service)
        words = self.services[service].get("command") or list(image.stage.command)
        with (self.home / f"{service}.log").open("ab") as output:
            self.running[service] = subprocess.Popen(
                self._mounted(service, image.command([self._placed(service, w) for w in words])),
                cwd=f"{image.root}{image.stage.workdir}",
                env=self.environment(service),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def finish(self, service: str) -> None:
        """Run a service that ends by itself, and see that it ended well."""
        self.start(service)
        code = self.running.pop(service).wait(120)
        assert code == 0, self.words(service)

    def await_healthy(self, service: str) -> None:
        """Run the service's own health check until it says yes."""
        deadline_s = time.monotonic() + _HEALTHY_S
        while (told := self.health(service)) is not None:
            process = self.running[service]
            assert process.poll() is None, f"{service} ended:\n{self.words(service)}"
            late = time.monotonic() > deadline_s
            assert not late, f"{service} is not healthy: {told}\n{self.words(service)}"
            time.sleep(0.5)

    def health(self, service: str) -> str | None:
        """Return what the service's own health check complains of, None when it does not."""
        kind, *words = self.services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        asked = [word.replace("127.0.0.1", self.address(service)) for word in words]
        done = self.run(service, *asked, expect=None)
        return None if done.returncode == 0 else f"{done.stdout}{done.stderr}"[-500:]

    def run(
        self, service: str, *words: str, expect: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a service's image with its variables, like `docker compose exec`."""
        image = self.image(service)
        done = subprocess.run(
            self._mounted(service, image.command(words)),
            cwd=f"{image.root}{image.stage.workdir}",
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert expect is None or done.returncode == expect, f"{done.stdout}{done.stderr}"
        return done

    def words(self, service: str) -> str:
        """Return the last that a service said."""
        return (self.home / f"{service}.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def end(self) -> None:
        """End every process, the last first."""
        for process in reversed(self.running.values()):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.running.values()):
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(_END_S)
        self.running.clear()

    def _placed(self, service: str, text: str) -> str:
        text = text.replace("0.0.0.0", self.address(service))  # noqa: S104 - the opposite
        for other in self.services:
            text = re.sub(rf"(?<=[/@]){other}(?=:\d)", self.address(other), text)
        return text

    def _mounted(self, service: str, words: list[str]) -> list[str]:
        named = self._shared(service, {str(number): word for number, word in enumerate(words)})
        return list(named.values())

    def _shared(self, service: str, named: dict[str, str]) -> dict[str, str]:
        """Let paths in a volume lead to the one folder that all who mount it share."""
        root = str(self.image(service).root)
        mounts = self.services[service].get("volumes", [])
        for mount in [item for item in mounts if item["type"] == "volume"]:
            place = self.home / "volumes" / mount["source"]
            place.mkdir(parents=True, exist_ok=True)
            for name, value in named.items():
                inside = value.removeprefix(root)
                if inside.startswith(f"{mount['target']}/") or inside == mount["target"]:
                    named[name] = f"{place}{inside.removeprefix(mount['target'])}"
        return named


@contextmanager
def opened(home: Path, stack: Mapping[str, Any]) -> Iterator[World]:
    """Yield a world in which nothing runs yet; nothing runs afterwards."""
    world = World(home, stack)
    (home / "stack.json").write_text(json.dumps(stack), encoding="utf-8")
    try:
        yield world
    finally:
        world.end()


def give_tools(world: World) -> None:
    """Let the lab find the Prometheus and Alertmanager that its image has from Debian."""
    place = world.image("lab").root / "var/lib/lab/tools"
    if not place.exists():
        place.symlink_to(_TOOLS)


def modules_seen(world: World, service: str, names: list[str]) -> list[str]:
    """Return which of the modules a service's Python can find."""
    ask = (
        "import importlib.util, sys\n"
        "def has(name):\n"
        "    try:\n"
        "        return importlib.util.find_spec(name) is not None\n"
        "    except ModuleNotFoundError:\n"
        "        return False\n"
        "print(*[name for name in sys.argv[1:] if has(name)])"
    )
    return world.run(service, "python", "-c", ask, *names).stdout.split()


def has_node() -> bool:
    """Say whether the stage that builds the war room can be done here."""
    return shutil.which("npm") is not None
