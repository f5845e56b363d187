"""A program that a signal kills is there again, and one that ends is over."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
PATIENCE_S = 20
PROGRAM = """
import os, signal, sys, time, {imports}
print(os.getpid(), *sys.argv[1:], flush=True)
if __name__ == "__main__":
    {body}
"""


@contextmanager
def kept(
    folder: Path, body: str, *arguments: str, imports: str = "json"
) -> Iterator[subprocess.Popen[str]]:
    """Keep a program running that prints its number when it is loaded and when it is run."""
    (folder / "story.py").write_text(PROGRAM.format(body=body, imports=imports))
    with subprocess.Popen(
        [sys.executable, "-m", "backend.prefork", "story", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{folder}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> list[str]:
    """Return the words of the next line of the program."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_a_killed_program_is_there_again_without_being_loaded_anew(tmp_path: Path) -> None:
    with kept(tmp_path, "time.sleep(60)", "--color", "red") as process:
        loaded = said(process)
        first, *arguments = said(process)
        os.kill(int(first), signal.SIGKILL)
        second, *again = said(process)
        process.terminate()
        process.wait(PATIENCE_S)
        assert process.stderr is not None
        told = json.loads(process.stderr.readline())

    assert loaded[0] == str(process.pid)
    assert len({loaded[0], first, second}) == 3
    assert arguments == again == ["--color", "red"]
    assert (told["event"], told["pid"], told["signal"]) == ("program_killed", int(first), 9)


@pytest.mark.parametrize("code", [0, 3])
def test_a_program_that_ends_by_itself_is_over(tmp_path: Path, code: int) -> None:
    with kept(tmp_path, f"sys.exit({code})") as process:
        assert process.wait(PATIENCE_S) == code


def test_a_program_that_is_told_to_end_may_end_in_order(tmp_path: Path) -> None:
    body = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(4)); print('up', flush=True); time.sleep(60)"
    with kept(tmp_path, body) as process:
        said(process), said(process), said(process)
        process.terminate()

        assert process.wait(PATIENCE_S) == 4


def test_nobody_is_left_when_the_first_process_is_killed(tmp_path: Path) -> None:
    with kept(tmp_path, "time.sleep(60)") as process:
        said(process)
        life = psutil.Process(int(said(process)[0]))
        process.kill()
        _, left = psutil.wait_procs([life], 5)
        for each in left:
            each.kill()

    assert left == []


def test_a_program_that_dies_again_and_again_is_left_to_the_supervisor(tmp_path: Path) -> None:
    with kept(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)") as process:
        lines, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 128 + signal.SIGKILL
    assert len(lines.splitlines()) == 1 + 5


def test_every_life_computes_with_the_threads_of_numpy(tmp_path: Path) -> None:
    body = "print(int((numpy.ones((600, 600)) @ numpy.ones((600, 600))).sum()), flush=True); time.sleep(60)"
    with kept(tmp_path, body, imports="numpy") as process:
        said(process)
        first, sum_ = said(process), said(process)
        os.kill(int(first[0]), signal.SIGKILL)
        _, again = said(process), said(process)

    assert sum_ == again == [str(600**3)]


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.prefork", "backend.nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 2
    assert done.stderr == "backend.nothing cannot be run: no module is called backend.nothing\n"
    assert not list(tmp_path.iterdir())


def test_a_module_that_begins_threads_while_it_is_loaded_is_refused(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "backend.prefork", "busy"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 2
    assert "begins threads while it is loaded" in done.stderr
