"""Names and times become others, everywhere and consistently, and answers come back."""

from backend.evals.renaming import Renaming

NAMES = ["cart", "cart-db", "node-1"]


def test_a_name_is_replaced_where_it_is_a_word_and_where_it_begins_one() -> None:
    renaming = Renaming(NAMES, seed=1)

    text = renaming.apply("cart-7d9f calls cart-db:6379 on node-1; cartography stays")

    assert "cartography" in text
    assert not {"cart", "cart-db", "node-1"} & set(text.replace(":", " ").replace(";", " ").split())
    assert "6379" in text


def test_what_was_renamed_comes_back() -> None:
    renaming = Renaming(NAMES, seed=3)

    answer = [{"object": "app/cart-db"}, ["cart", "node-1"]]

    assert renaming.undo(renaming.apply("app/cart-db")) == "app/cart-db"
    renamed = [
        {"object": renaming.apply("app/cart-db")},
        [renaming.apply(n) for n in ("cart", "node-1")],
    ]
    assert renaming.undo(renamed) == answer


def test_all_times_move_by_the_same_whole_weeks() -> None:
    renaming = Renaming([], seed=5)

    moved = renaming.apply("2024-02-28T10:00:00Z 1709114400 1709114400123 Wed, 28 Feb 2024")

    date, seconds, millis, written = moved.split(" ", 3)
    assert int(millis) - int(seconds) * 1000 == 123
    assert (int(seconds) - 1709114400) % (7 * 86400) == 0
    assert int(seconds) > 1709114400
    assert date.endswith("T10:00:00Z")
    assert written.startswith("Wed, ")


def test_numbers_that_are_no_times_stay() -> None:
    assert Renaming([], seed=5).apply("memory 1709114400Ki port 8080 v1.17091") == (
        "memory 1709114400Ki port 8080 v1.17091"
    )


def test_the_same_seed_gives_the_same_names() -> None:
    assert Renaming(NAMES, seed=2).apply("cart") == Renaming(reversed(NAMES), seed=2).apply("cart")
    assert Renaming(NAMES, seed=2).apply("cart") != Renaming(NAMES, seed=4).apply("cart")


def test_a_name_after_an_escaped_end_of_a_line_is_renamed() -> None:
    renaming = Renaming(NAMES, seed=1)

    assert renaming.apply(r'"a\ncart 1"') == rf'"a\n{renaming.apply("cart")} 1"'
