"""Folders of cases and files of logs that anyone may have written: refused by file and line, within bounds."""

import json
import os
import time
from pathlib import Path

import pytest
from attack_counts import Attack

from backend.evals import incident_cases, incident_logs
from sre_agent.domain.errors import PermanentError

pytestmark = pytest.mark.attack("hostile case of an evaluation")

WITHIN_S = 20.0
HEAD = json.dumps({"format": incident_logs.FORMAT}) + "\n"
EVENT = {
    "incident_id": "inc-1",
    "seq": 1,
    "at": "2026-01-01T00:00:00Z",
    "actor": "x",
    "kind": "run_started",
    "payload": {},
    "step_key": "k",
    "prev_hash": "0" * 64,
    "hash": "1" * 64,
}
LINE = json.dumps(EVENT)
LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)

LOGS = {
    "nothing": ("", r"line 1: it is no JSON"),
    "another header": ("{}\n", r"line 1: it is neither that of `audit export` nor"),
    "a number": ("7\n", r"line 1: it is no JSON object"),
    "nested without end": (HEAD + "[" * 200_000 + "\n", r"line 2: it is no JSON"),
    "no event": (HEAD + "{}\n", r"line 2: incident_id: Field required"),
    "an unknown kind": (
        HEAD + json.dumps({**EVENT, "kind": "write_it"}) + "\n",
        r"line 2: kind: ",
    ),
    "two incidents": (
        HEAD + LINE + "\n" + json.dumps({**EVENT, "incident_id": "inc-2", "seq": 2}) + "\n",
        r"line 3: it is of another incident",
    ),
    "a number twice": (HEAD + LINE + "\n" + LINE + "\n", r"line 3: event 1 comes after event 1"),
    "only a head": (HEAD, r"there is no event"),
    "a line without end": (HEAD + "x" * (incident_logs.MAX_LINE_BYTES + 2), r"line 2: it has more"),
    "half of a pair": (HEAD + '{"seq": "\\ud800"}\n', r"line 2: "),
}
CASES = {
    "nothing": ("", r"has to say `causes:`"),
    "a list": ("- a\n", r"has to say `causes:`"),
    "torn": ("causes: [", r"is no YAML: .*line 1"),
    "aliases of aliases": (LAUGHS, r"more than \d+ values"),
    "no such class": (
        "title: x\ncauses:\n  - fault_class: gremlins\n",
        r"line 3: causes\.0\.fault_class: ",
    ),
    "both": ("causes: [{fault_class: bad_release}]\nnothing: true\n", r"line 1: .*write either"),
    "neither": ("title: x\n", r"line 1: .*write either"),
    "a path": ("nothing: true\nlog: ../../etc/passwd\n", r"line 2: log: .*without a path"),
    "an absolute path": ("nothing: true\nlog: /etc/passwd\n", r"line 2: log: .*without a path"),
    "an unknown field": ("nothing: true\nrun_this: rm\n", r"line 2: run_this: "),
    "a key twice": ("nothing: true\nnothing: true\n", r"there twice"),
    "a tag": ("!!python/object/apply:os.system [x]\n", r"is no YAML"),
}


@pytest.mark.parametrize("name", sorted(LOGS))
def test_a_file_that_is_no_log_is_refused_with_its_line(
    name: str, tmp_path: Path, attack: Attack
) -> None:
    text, told = LOGS[name]
    attack.throws(text)
    file = tmp_path / "log.jsonl"
    file.write_text(text)
    started_s = time.monotonic()

    with pytest.raises(incident_logs.UnreadableLogError, match=rf"log\.jsonl.*{told}") as refused:
        incident_logs.read(file)

    assert time.monotonic() - started_s < WITHIN_S
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case_that_is_none_is_refused_with_its_line(
    name: str, tmp_path: Path, attack: Attack
) -> None:
    text, told = CASES[name]
    attack.throws(text)
    (tmp_path / "case.yaml").write_text(text)
    started_s = time.monotonic()

    with pytest.raises(incident_cases.UnreadableCaseError, match=rf"(?s)case\.yaml.*{told}"):
        incident_cases.read(tmp_path)

    assert time.monotonic() - started_s < WITHIN_S


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path, attack: Attack) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text(HEAD + "root:x:0:0\n")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.yaml").write_text("nothing: true\n")
    (folder / "log.jsonl").symlink_to(secret)
    attack.throws(str(secret))

    with pytest.raises(PermanentError, match="is no plain file") as refused:
        incident_cases.read(folder)

    assert "root:x" not in str(refused.value)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "inner").symlink_to(folder)
    with pytest.raises(PermanentError, match=r"holds no case\.yaml"):
        incident_cases.read(linked)


def test_what_never_ends_is_not_waited_for(tmp_path: Path, attack: Attack) -> None:
    (tmp_path / "case.yaml").write_text("nothing: true\n")
    os.mkfifo(tmp_path / "log.jsonl")
    attack.throws("a pipe")

    with pytest.raises(PermanentError, match="is no plain file"):
        incident_cases.read(tmp_path)


def test_a_log_of_any_size_is_refused_unread(tmp_path: Path, attack: Attack) -> None:
    file = tmp_path / "log.jsonl"
    file.touch()
    os.truncate(file, incident_logs.MAX_BYTES + 1)
    attack.throws("a hole of a file")

    with pytest.raises(PermanentError, match="more than"):
        incident_logs.read(file)
