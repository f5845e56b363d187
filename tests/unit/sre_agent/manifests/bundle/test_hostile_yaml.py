"""YAML that is written to exhaust whoever reads it is passed over, and the rest is read."""

from datetime import UTC, datetime

import pytest

from sre_agent.manifests.bundle.reading import read

SAVED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n"


def _repeated(levels: int) -> str:
    """Return a list of nine, of lists of nine, and so on: each level is nine times the one before."""
    lines = (f"l{up}: &l{up} [{', '.join([f'*l{up - 1}'] * 9)}]" for up in range(1, levels + 1))
    return "\n".join(["l0: &l0 [x, x, x, x, x, x, x, x, x]", *lines])


@pytest.mark.parametrize(
    "text",
    [
        f"{_repeated(7)}\n{HEAD}data: *l7\n",
        f"{HEAD}data: {'[' * 5_000}{']' * 5_000}\n",
        f"{HEAD}data: &d\n  again: *d\n",
        f"{HEAD}data: {'1:' * 20_000}1\n",
        f"{HEAD}data: !!bool perhaps\n",
        f"{HEAD}data: !!timestamp soon\n",
        f"{HEAD}data: {'1:' * 300}1.5\n",
    ],
    ids=[
        "aliases of aliases",
        "nested",
        "within itself",
        "many parts",
        "no bool",
        "no time",
        "too large",
    ],
)
def test_yaml_that_would_grow_beyond_reason_is_passed_over(text: str) -> None:
    found = read({"bad.yaml": text, "good.yaml": HEAD.replace("web", "cart")}, SAVED_AT)

    assert [item.meta.ref.name for item in found.snapshot.configmaps] == ["cart"]
    assert set(found.unused) == {"bad.yaml"}


def test_an_alias_or_two_is_followed() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: &n web\n  namespace: *n\n"

    found = read({"map.yaml": text}, SAVED_AT)

    assert [str(item.meta.ref) for item in found.snapshot.configmaps] == ["ConfigMap/web/web"]


def test_objects_that_were_cut_off_are_said_to_be_so() -> None:
    cut = '{"kind": "PodList", "items": [{"kind": "Pod", "metadata": {"name": "we'

    found = read({"pods.json": cut}, SAVED_AT)

    assert "cannot be read to its end" in found.unused["pods.json"]
