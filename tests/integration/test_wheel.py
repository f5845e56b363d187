"""The wheel: what is installed from it is complete, the war room included."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("sre_agent", "backend", "mcp_servers", "infrastructure")
BESIDE = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore")
DATA = {".sql", ".yaml", ".md", ".json", ".txt"}

ASK = """
import asyncio, json, sys
import httpx
import backend
from backend.api.pages import Pages

async def ask():
    transport = httpx.ASGITransport(Pages(None, None))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        page = await client.get("/incidents/inc-1")
        script = await client.get("/assets/room-1.js")
        return [page.status_code, page.text, script.status_code, script.text]

json.dump({"from": backend.__file__, "answers": asyncio.run(ask())}, sys.stdout)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of these sources, with a war room that was built."""
    home = tmp_path_factory.mktemp("wheel")
    source = home / "source"
    source.mkdir()
    for name in BUILT_FROM:
        shutil.copytree(
            ROOT / name,
            source / name,
            ignore=shutil.ignore_patterns("__pycache__", "dashboard_files"),
        )
    for name in BESIDE:
        shutil.copy(ROOT / name, source)
    dist = source / "dashboard" / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("the war room")
    (dist / "assets" / "room-1.js").write_text("room()")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = home.glob("*.whl")
    return found


def test_everything_that_is_not_code_is_in_the_wheel(wheel: Path) -> None:
    wanted = {
        str(file.relative_to(ROOT))
        for name in BUILT_FROM
        for file in (ROOT / name).rglob("*")
        if file.suffix in DATA and "dashboard_files" not in file.parts
    }

    packed = set(zipfile.ZipFile(wheel).namelist())

    assert any(name.endswith(".sql") for name in wanted)
    assert any(name.startswith("mcp_servers/runbooks/library/") for name in wanted)
    assert any(name.startswith("sre_agent/config/policies/") for name in wanted)
    assert wanted - packed == set()


def test_an_installed_wheel_serves_the_war_room_it_carries(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)

    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 0, asked.stderr
    told = json.loads(asked.stdout)
    assert Path(told["from"]).is_relative_to(site)
    assert told["answers"] == [200, "the war room", 200, "room()"]
