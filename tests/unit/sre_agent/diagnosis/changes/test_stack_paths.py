"""Which file of a repository a frame of a stack stands in."""

import pytest
from changes_told import commit, lines, stepped, told

from sre_agent.diagnosis.changes import paths, scene


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


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("/usr/local/lib/python3.11/site-packages/requests/models.py", "services/pay/models.py"),
        ("/app/node_modules/express/lib/index.js", "src/index.js"),
        ("/go/pkg/mod/github.com/acme/x@v1.2.0/server.go", "cmd/server.go"),
    ],
)
def test_a_file_of_a_library_is_none_of_the_repository(file: str, path: str) -> None:
    said = lines("pay", f'ValueError: odd\n  File "{file}", line 9, in f')
    metrics = {("pay", "error_ratio"): stepped(0.01, 0.7)}

    found = scene.build(told("pay", metrics, said, [commit("a", 60, "Tidy", path)], []))

    assert found.frames == ()
    assert found.stack_places == {}
