"""Which file of a repository a frame of a stack stands in."""

import pytest

from sre_agent.diagnosis.changes import paths


@pytest.mark.parametrize(
    ("file", "others", "expected"),
    [
        ("/app/services/pay/price.py", ["services/pay/price.py"], {"services/pay/price.py"}),
        ("/app/services/pay/price.py", ["services/ship/price.py"], set()),
        (
            "/app/services/pay/price.py",
            ["price.py", "services/pay/price.py"],
            {"services/pay/price.py"},
        ),
        ("Price.java", ["a/Price.java", "b/Price.java"], {"a/Price.java", "b/Price.java"}),
        ("/srv/price.py", ["src/price.py"], {"src/price.py"}),
        ("/app/price.py", ["orders.py"], set()),
    ],
)
def test_the_file_whose_folders_are_most_alike_is_meant(
    file: str, others: list[str], expected: set[str]
) -> None:
    assert paths.alike(file, others) == expected
