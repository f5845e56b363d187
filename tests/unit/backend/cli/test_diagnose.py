"""`sre-agent diagnose` on saved answers: what it tells, and with which code it ends."""

import io
import json
import os
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend.cli.diagnosing.command import UNDECIDED
from backend.cli.main import cli
from sre_agent.domain.errors import PermanentError

PODS = """NAME             READY   STATUS             RESTARTS   AGE
cart-6d5-abcde   0/1     ImagePullBackOff   0          12m
"""
DESCRIBED = """Name:             cart-6d5-abcde
Namespace:        shop
Node:             n1/10.0.0.1
Labels:           app=cart
Status:           Pending
Controlled By:  ReplicaSet/cart-6d5
Containers:
  app:
    Image:          registry.test/cart:v2
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
    Restart Count:  0
    Environment:
      API_TOKEN:  hunter2hunter2
Conditions:
  Type              Status
  Ready             False
Events:
  Type     Reason  Age                From     Message
  ----     ------  ----               ----     -------
  Warning  Failed  2m (x9 over 12m)   kubelet  Failed to pull image "registry.test/cart:v2": not found, token=hunter2hunter2
  Warning  Failed  2m (x40 over 12m)  kubelet  Error: ImagePullBackOff
"""
WELL = """NAME            READY   STATUS    RESTARTS   AGE
web-7b9-xyz12   1/1     Running   0          3d
"""


SECRETLESS = """Name:             pay-7b9-xyz12
Namespace:        shop
Node:             n1/10.0.0.1
Labels:           app=pay
Status:           Pending
Controlled By:  ReplicaSet/pay-7b9
Containers:
  app:
    Image:          registry.test/pay:v2
    State:          Waiting
      Reason:       CreateContainerConfigError
    Ready:          False
    Restart Count:  0
    Environment:
      KEY:  <set to the key 'key' in secret 'pay-keys'>  Optional: false
Conditions:
  Type              Status
  Ready             False
Events:
  Type     Reason  Age                From     Message
  ----     ------  ----               ----     -------
  Warning  Failed  2m (x9 over 12m)   kubelet  Error: secret "pay-keys" not found
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diagnose", *arguments])


def saved(folder: Path, **texts: str) -> str:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return str(folder)


def test_saved_kubectl_output_tells_the_cause_with_what_speaks_for_it(tmp_path: Path) -> None:
    found = run(saved(tmp_path, pods=PODS, describe=DESCRIBED, notes="milk"))

    assert found.exit_code == 0, found.output
    assert "Cause found" in found.output
    assert "image_not_found" in found.output
    assert "kubectl describe pod cart-6d5-abcde -n shop" in found.output
    assert "notes.txt" in found.output


def test_two_faults_that_have_nothing_to_do_with_each_other_are_two_troubles(
    tmp_path: Path,
) -> None:
    found = run(saved(tmp_path, pods=PODS, describe=f"{DESCRIBED}\n\n{SECRETLESS}"))

    headline = found.output.splitlines()[0]
    assert "missing_secret of pay" in headline
    assert "a second trouble: image_not_found of cart" in headline
    assert found.output.count("not instead of it") == 2
    assert "speaks for the one" not in found.output


def test_no_secret_of_the_files_is_told(tmp_path: Path) -> None:
    folder = saved(tmp_path, pods=PODS, describe=DESCRIBED)

    told = run(folder).output + run(folder, "--json").output

    assert "image_not_found" in told
    assert "hunter2" not in told


def test_json_has_every_cause_and_what_was_read(tmp_path: Path) -> None:
    found = run(saved(tmp_path, pods=PODS, describe=DESCRIBED), "--json")

    told = json.loads(found.stdout)
    assert told["conclusion"] == "cause_found"
    assert told["causes"][0]["fault_class"] == "image_not_found"
    assert len(told["causes"][0]["explanation"]) == 3
    assert set(told["read"]) == {"pods.txt", "describe.txt"}


def test_what_is_well_has_no_cause_and_is_no_failure(tmp_path: Path) -> None:
    found = run(saved(tmp_path, pods=WELL))

    assert (found.exit_code, "Nothing wrong" in found.output) == (0, True), found.output


def test_nothing_is_called_well_while_saved_objects_could_not_be_read(tmp_path: Path) -> None:
    found = run(saved(tmp_path, pods=WELL, objects='{"apiVersion": "v1", "items": [{"kind":'))

    assert found.exit_code == UNDECIDED, found.output
    assert "Missing: objects.txt" in found.output


def test_an_archive_is_read_without_being_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bundle.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in (("b/pods.txt", PODS), ("b/describe.txt", DESCRIBED)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
        link = tarfile.TarInfo("b/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    found = run(str(path))

    assert found.exit_code == 0, found.output
    assert "image_not_found" in found.output
    assert [each.name for each in tmp_path.iterdir()] == ["bundle.tar.gz"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text(PODS)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "pods.txt").symlink_to(tmp_path / "elsewhere.txt")

    found = run(str(folder))

    assert isinstance(found.exception, PermanentError)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "holds no text to read"),
        ({"notes": "milk"}, "nothing in"),
        ({"binary": "\0\0\0"}, "it is no text"),
    ],
)
def test_a_folder_without_anything_of_a_cluster_says_what_to_do(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    found = run(saved(tmp_path, **files))

    assert isinstance(found.exception, PermanentError)
    assert told in str(found.exception)


def test_what_is_not_there_or_no_archive_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "x.tar.gz"
    broken.write_text("no archive")

    for place in (tmp_path / "missing", broken):
        found = run(str(place))
        assert isinstance(found.exception, PermanentError)
        assert "cannot be read" in str(found.exception)


def test_a_missing_folder_is_named_once_and_in_words(tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    said = str(run(str(missing)).exception)

    assert said == f"{missing} cannot be read: No such file or directory"


def test_a_pod_that_does_not_run_is_not_called_well_when_nothing_says_why(tmp_path: Path) -> None:
    found = run(saved(tmp_path, pods=PODS))

    assert found.exit_code == 3, found.output
    assert "cart-6d5-abcde (ImagePullBackOff)" in found.output


def test_neither_folder_nor_namespace_says_what_to_name() -> None:
    found = run()

    assert isinstance(found.exception, PermanentError)
    assert "--namespace" in str(found.exception)


def test_what_is_neither_file_nor_folder_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    found = run(str(pipe))

    assert isinstance(found.exception, PermanentError)
    assert "neither a folder" in str(found.exception)


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    place = saved(tmp_path, pods=PODS, describe=DESCRIBED)
    (tmp_path / "again").symlink_to(tmp_path)

    assert "Cause found" in run(place).output


def test_a_pasted_terminal_tells_the_cause(tmp_path: Path) -> None:
    text = f"$ kubectl get pods -n shop\n{PODS}$ kubectl describe pod cart-6d5-abcde\n{DESCRIBED}"

    assert "image_not_found of cart-6d5" in run(saved(tmp_path, session=text)).output


@pytest.mark.parametrize("text", [PODS[:-14], PODS.replace("   ", "\t")])
def test_a_table_cut_short_or_pasted_with_tabs_is_not_called_well(
    tmp_path: Path, text: str
) -> None:
    found = run(saved(tmp_path, pods=text))

    assert found.exit_code == 3, found.output
    assert "cart-6d5-abcde" in found.output


def test_json_objects_one_after_the_other_are_read_all(tmp_path: Path) -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "x"}
    states = [{"name": "a", "image": "r/a:v2", "state": {"waiting": waiting}}]
    pods = [
        {"kind": "Pod", "metadata": {"name": name, "namespace": "shop"}, "status": status}
        for name, status in (("b", {}), ("a", {"containerStatuses": states}))
    ]
    text = "\n".join(json.dumps(pod) for pod in pods)

    assert "of a" in run(saved(tmp_path, pods=text)).output
