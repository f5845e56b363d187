"""What is said of a lab that is not up."""

import os
from pathlib import Path

import pytest

from infrastructure.lab import identity, inject, standing, up
from infrastructure.lab.labdir import LabDir, write_json
from infrastructure.lab.waiting import StartError


def test_a_record_left_by_a_dead_supervisor_leads_nowhere(tmp_path: Path) -> None:
    lab = LabDir(tmp_path)
    own = identity.of(os.getpid())
    assert own is not None
    dead = identity.Identity(own.pid, own.started_ticks - 1)
    write_json(lab.processes, {"supervisor": vars(dead), "children": {}})
    write_json(lab.record, {"pid": own.pid, "kubernetes": {"url": "http://192.0.2.1"}})

    with pytest.raises(standing.NotUpError):
        standing.record(lab)


async def test_a_fault_is_refused_where_no_lab_is_up(tmp_path: Path) -> None:
    with pytest.raises(standing.NotUpError):
        await inject.break_(LabDir(tmp_path), "bad-release")

    assert not LabDir(tmp_path).faults.exists()


async def test_a_server_that_the_lab_did_not_start_is_refused(tmp_path: Path) -> None:
    lab = LabDir(tmp_path)
    own = identity.of(os.getpid())
    assert own is not None
    write_json(
        lab.processes, {"supervisor": vars(own), "children": {"cluster": {"identity": vars(own)}}}
    )
    write_json(lab.cluster / "cluster.json", {"pid": own.pid, "url": "http://127.0.0.1:1"})
    write_json(lab.record, {"pid": own.pid, "kubernetes": {"url": "http://127.0.0.1:2"}})

    with pytest.raises(standing.NotUpError, match=r"127\.0\.0\.1:2 is not the cluster"):
        await inject.break_(lab, "bad-release")
    with pytest.raises(standing.NotUpError, match=r"127\.0\.0\.1:2 is not the cluster"):
        await inject.heal(lab)


async def test_an_unknown_fault_is_refused_with_the_names_of_those_there_are(
    tmp_path: Path,
) -> None:
    with pytest.raises(inject.UnknownFaultError, match="bad-release"):
        await inject.break_(LabDir(tmp_path), "gremlins")


def test_children_without_a_supervisor_are_reported_as_broken(tmp_path: Path) -> None:
    lab = LabDir(tmp_path)
    own = identity.of(os.getpid())
    assert own is not None
    child = {"identity": vars(own), "is_restartable": True, "restarts": 0, "last_exit": None}
    write_json(lab.processes, {"supervisor": None, "children": {"prometheus": child}})

    assert standing.examine(lab).state == "broken"


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    treasure = tmp_path / "prometheus" / "treasure"
    treasure.parent.mkdir()
    treasure.write_text("mine")

    with pytest.raises(StartError, match="not a lab"):
        up.up(LabDir(tmp_path), up.Wish(seed=1, tools_dir=tmp_path))

    assert treasure.read_text() == "mine"
