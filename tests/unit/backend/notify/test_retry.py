"""How patient the outbox is."""

from backend.notify.retry import RetryPolicy


def test_waits_double_up_to_the_longest() -> None:
    policy = RetryPolicy(first_wait_s=2, longest_wait_s=10, max_attempts=6)

    assert [policy.next_wait_s(n) for n in range(1, 7)] == [2, 4, 8, 10, 10, None]


def test_the_defaults_bridge_a_restart_and_end() -> None:
    policy = RetryPolicy()

    waits = [policy.next_wait_s(n) for n in range(1, policy.max_attempts)]

    assert 15 * 60 < sum(wait for wait in waits if wait is not None) < 60 * 60
    assert policy.next_wait_s(policy.max_attempts) is None
