"""What the tests of LogQL begin with: a store without entries."""

import pytest
from logql_lines import Lines


@pytest.fixture
def lines() -> Lines:
    return Lines()
