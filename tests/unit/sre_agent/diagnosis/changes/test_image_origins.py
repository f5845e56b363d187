"""Which commit an image was built from: by its labels, its deployment, or its tag, in that order."""

from datetime import UTC, datetime, timedelta

import pytest

from sre_agent.diagnosis.changes import images
from sre_agent.diagnosis.changes.images import Origin, Reference, Sureness
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHA = "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a"
DIGEST = "sha256:" + "ab" * 32


def deployed(
    image: str, *, commit: str = SHA, ago_min: float = 5, state: str = "success"
) -> Change:
    return Change(
        key=f"{image}{ago_min}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.DEPLOY,
        summary="deployed",
        at=NOW - timedelta(minutes=ago_min),
        told_at=NOW,
        repository="acme/shop",
        commit=commit,
        image=image,
        state=state,
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("web", Reference("web", "", "")),
        ("reg.io:5000/a/web", Reference("reg.io:5000/a/web", "", "")),
        ("reg.io:5000/a/web:v1", Reference("reg.io:5000/a/web", "v1", "")),
        (f"reg.io/web:v1@{DIGEST}", Reference("reg.io/web", "v1", DIGEST)),
        (f"web@{DIGEST}", Reference("web", "", DIGEST)),
    ],
)
def test_a_reference_is_taken_apart(image: str, expected: Reference) -> None:
    assert images.read(image) == expected


@pytest.mark.parametrize(
    ("tag", "commit", "sureness"),
    [
        (SHA, SHA, Sureness.FULL_TAG),
        (f"main-{SHA}", SHA, Sureness.FULL_TAG),
        ("sha-1f0e8b7", "1f0e8b7", Sureness.SHORT_TAG),
        ("v1.2.0-3-g1f0e8b7", "1f0e8b7", Sureness.SHORT_TAG),
        ("1F0E8B7", "1f0e8b7", Sureness.SHORT_TAG),
    ],
)
def test_a_tag_may_be_a_hash(tag: str, commit: str, sureness: Sureness) -> None:
    assert images.origin(f"web:{tag}") == Origin(commit, "", sureness)


@pytest.mark.parametrize("tag", ["v1", "latest", "20260301", "1234567", "defaced", "1.27.0", ""])
def test_a_word_a_number_and_a_date_are_no_hash(tag: str) -> None:
    assert images.origin(f"web:{tag}" if tag else "web") is None


def test_labels_go_before_records_and_records_before_tags() -> None:
    image = f"web:{'2' * 39}a@{DIGEST}"
    labels = {images.REVISION: SHA, images.SOURCE: "https://github.com/acme/shop.git"}
    record = deployed(image, commit="3" * 40)

    assert images.origin(image, labels=labels, deployed=[record]) == Origin(
        SHA, "acme/shop", Sureness.LABELLED
    )
    assert images.origin(image, deployed=[record]) == Origin(
        "3" * 40, "acme/shop", Sureness.DEPLOYED_DIGEST
    )
    assert images.origin(image) == Origin("2" * 39 + "a", "", Sureness.FULL_TAG)


def test_the_newest_record_that_took_effect_of_the_same_image_counts() -> None:
    older = deployed("web:v1", commit="2" * 40, ago_min=60)
    failed = deployed("web:v1", commit="3" * 40, ago_min=1, state="failure")
    other = deployed("api:v1", commit="4" * 40)

    found = images.origin("web:v1", deployed=[deployed("web:v1"), older, failed, other])

    assert found == Origin(SHA, "acme/shop", Sureness.DEPLOYED)


def test_a_tag_that_was_moved_to_another_digest_is_another_image() -> None:
    record = deployed(f"web:v1@sha256:{'cd' * 32}")

    assert images.origin(f"web:v1@{DIGEST}", deployed=[record]) is None


def test_a_label_that_is_no_hash_says_nothing() -> None:
    assert images.origin("web:v1", labels={images.REVISION: "unknown"}) is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/shop", "acme/shop"),
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("ssh://git@github.acme.org/acme/shop/", "acme/shop"),
        ("", ""),
        ("shop", ""),
    ],
)
def test_an_address_names_its_repository(url: str, name: str) -> None:
    assert images.repository_of(url) == name
