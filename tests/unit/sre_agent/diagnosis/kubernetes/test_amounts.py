import pytest

from sre_agent.diagnosis.kubernetes.amounts import written


@pytest.mark.parametrize(
    ("resource", "amount", "text"),
    [
        ("cpu", 0.5, "0.5 cores"),
        ("limits.cpu", 2.0, "2 cores"),
        ("requests.memory", 3 * 2**30, "3 GiB"),
        ("requests.storage", 2**29, "512 MiB"),
        ("ephemeral-storage", 0.0, "0 MiB"),
        ("pods", 10.0, "10"),
    ],
)
def test_an_amount_is_written_in_its_resource_s_unit(
    resource: str, amount: float, text: str
) -> None:
    assert written(resource, amount) == text
