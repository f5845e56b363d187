"""Building the war room at every start: quick when nothing changed, and never in the way."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "infrastructure" / "setup"
TOOLS = ("bash", "cat", "cut", "dirname", "find", "flock", "grep", "head", "mkdir", "mv", "rm",
         "sed", "sha256sum", "sleep", "sort", "timeout", "xargs")  # fmt: skip

NODE = "#!/bin/sh\nexit 0\n"
OLD_NODE = '#!/bin/sh\n[ "$1" = --version ] && echo v18.20.4 && exit 0\nexit 1\n'
NPM = """#!/bin/sh
echo "$1" >>../npm-calls
case $1 in
  ci) sleep 0.2; mkdir -p node_modules ;;
  run) mkdir -p node_modules/.dist; cat src/main.tsx >node_modules/.dist/index.html ;;
esac
"""
BROKEN_NPM = "#!/bin/sh\necho 'npm warn config'\necho 'npm error network unreachable'\nexit 1\n"


@dataclass(frozen=True)
class Checkout:
    """A checkout with a dashboard, on a machine that has only what it is given."""

    root: Path

    def has(self, name: str, program: str) -> None:
        file = self.root / "bin" / name
        file.write_text(program)
        file.chmod(0o755)

    def build(self, *goal: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", self.root / "infrastructure/setup/dashboard.sh", *goal],
            env={"PATH": str(self.root / "bin"), "HOME": str(self.root)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def write(self, source: str) -> None:
        (self.root / "dashboard/src/main.tsx").write_text(source)

    @property
    def page(self) -> str | None:
        file = self.root / "dashboard/dist/index.html"
        return file.read_text() if file.exists() else None

    @property
    def npm_calls(self) -> list[str]:
        return (self.root / "npm-calls").read_text().split()


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """Without Node."""
    shutil.copytree(SETUP, tmp_path / "infrastructure/setup")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (tmp_path / "bin" / tool).symlink_to(found)
    (tmp_path / "dashboard/src").mkdir(parents=True)
    (tmp_path / "dashboard/package-lock.json").write_text("{}")
    checkout = Checkout(tmp_path)
    checkout.write("first")
    return checkout


@pytest.fixture
def equipped(bare: Checkout) -> Checkout:
    """With Node."""
    bare.has("node", NODE)
    bare.has("npm", NPM)
    return bare


def test_it_is_built_once_for_each_state_of_its_sources(equipped: Checkout) -> None:
    first = equipped.build()
    second = equipped.build()
    equipped.write("second")
    third = equipped.build("require")

    assert [done.returncode for done in (first, second, third)] == [0, 0, 0]
    assert second.stdout + second.stderr == ""
    assert equipped.page == "second"
    assert equipped.npm_calls == ["ci", "run", "run"]


def test_two_starts_at_once_build_it_once(equipped: Checkout) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: equipped.build(), range(2)))

    assert [one.returncode for one in done] == [0, 0]
    assert equipped.npm_calls == ["ci", "run"]


def test_a_machine_without_node_is_told_in_one_line_and_goes_on(bare: Checkout) -> None:
    done = bare.build()

    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "20.19" in line
    assert "sre-agent watch" in line


def test_an_old_node_is_not_tried(bare: Checkout) -> None:
    bare.has("node", OLD_NODE)
    bare.has("npm", NPM)

    done = bare.build()

    assert done.returncode == 0
    assert "v18.20.4" in done.stderr
    assert bare.page is None


@pytest.mark.parametrize("goal", ["check", "test"])
def test_what_was_not_checked_for_want_of_node_is_said(bare: Checkout, goal: str) -> None:
    done = bare.build(goal)

    assert done.returncode == 0
    assert done.stderr.startswith("NOT CHECKED")


def test_a_build_that_fails_is_a_warning_with_its_reason(equipped: Checkout) -> None:
    equipped.build()
    equipped.write("broken")
    equipped.has("npm", BROKEN_NPM)

    done = equipped.build()

    assert done.returncode == 0
    assert "the build failed" in done.stderr
    assert "network unreachable" in done.stderr
    assert "npm warn" not in done.stderr
    assert equipped.page == "first"  # what was there is still served


def test_whoever_asks_for_a_build_learns_that_it_failed(bare: Checkout) -> None:
    without_node = bare.build("require")
    bare.has("node", NODE)
    bare.has("npm", BROKEN_NPM)
    broken = bare.build("require")

    assert without_node.returncode == broken.returncode == 1
    assert "npm ci failed" in broken.stderr
