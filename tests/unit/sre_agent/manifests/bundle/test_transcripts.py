"""What a terminal showed is taken apart into the answers in it."""

import pytest

from sre_agent.manifests.bundle import transcripts
from sre_agent.manifests.bundle.transcripts import Part

TABLE = "NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     Running   0          3d\n"
OTHER = "NAME   TYPE        CLUSTER-IP\nweb    ClusterIP   10.0.0.1\n"


@pytest.mark.parametrize("prompt", ["$ ", "root@host:~# ", "me@host shop % ", "PS C:\\tmp> ", ">"])
def test_each_answer_is_parted_from_the_next_by_its_command(prompt: str) -> None:
    command = prompt.replace("me@host shop", "me@host:~/shop")
    text = f"{command}kubectl get pods -n shop\n{TABLE}\n{command}kubectl get svc\n{OTHER}"

    found = list(transcripts.parts("all.txt", text))

    assert found == [
        Part("all.txt: 1. get pods -n shop", f"{TABLE}\n", "shop"),
        Part("all.txt: 2. get svc", OTHER),
    ]


def test_what_is_no_transcript_stays_as_it_is() -> None:
    text = "# kubectl apply -f this\nkind: Pod\nmetadata: {name: a}\n"

    assert list(transcripts.parts("a.yaml", text)) == [Part("a.yaml", text)]


@pytest.mark.parametrize(
    "before",
    [
        "Warning: v1 Endpoints is deprecated in v1.33+\n",
        "Error from server (Forbidden): secrets is forbidden\n",
        "error: the server doesn't have a resource type\nError from server (NotFound): x\n\n",
    ],
)
def test_what_kubectl_said_before_its_answer_hides_no_answer(before: str) -> None:
    (found,) = transcripts.parts("a.txt", before + TABLE)

    assert found.text == TABLE


def test_a_refusal_alone_is_kept_so_that_it_can_be_told() -> None:
    refused = "Error from server (Forbidden): pods is forbidden\n"

    assert list(transcripts.parts("a.txt", refused)) == [Part("a.txt", refused)]


def test_colours_are_no_part_of_the_text() -> None:
    coloured = TABLE.replace("Running", "\x1b[32mRunning\x1b[0m")

    assert list(transcripts.parts("a.txt", coloured)) == [Part("a.txt", TABLE)]
