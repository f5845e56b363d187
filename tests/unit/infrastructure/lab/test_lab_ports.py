"""Networks of labs that run side by side."""

from infrastructure.lab import ports


def test_two_labs_claim_two_networks() -> None:
    first, first_claim = ports.claim_network()
    second, second_claim = ports.claim_network()

    with first_claim, second_claim:
        assert first != second
        assert first.startswith("127.")
        assert first.endswith(".0.0/16")
