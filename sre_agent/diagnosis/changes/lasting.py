"""What of a commit outlasts the program that it came with: settings that were written, stored data that was migrated.

No earlier revision takes these back. A migration counts whatever it does, an index that it only adds as well: the code
from before does not know it, and what runs migrations (Flyway, Alembic, golang-migrate, knex) refuses to start where
one that was applied is missing.
"""

import re

from sre_agent.domain.changes import Commit

_SETTINGS = re.compile(
    r"\.(?:ya?ml|toml|ini|env|properties|conf|cfg|tfvars|json)$|(?:^|/)(?:config|deploy|charts?|helm)/",
    re.IGNORECASE,
)
_MIGRATION = re.compile(
    # Django, Alembic, Prisma, golang-migrate, Ecto, knex, TypeORM, Laravel, Entity Framework, Flyway
    r"(?:^|/)(?:migrations?|alembic|flyway|liquibase)/(?:.*/)?[^/]+\.(?:py|rb|php|exs|cs|go|[cm]?[jt]s|sql|cql)$|"
    r"(?:^|/)liquibase/(?:.*/)?[^/]+\.(?:xml|ya?ml|json)$|"
    # Rails: what is done to tables and, after it or beside it, to what stands in them; what became of both
    r"(?:^|/)db/(?:\w*migrate\w*|data)/(?:.*/)?[^/]+\.(?:rb|sql)$|(?:^|/)db/(?:\w+_)?(?:schema|structure)\.(?:rb|sql)$|"
    # Liquibase, whose folders are called as those of notes on releases
    r"(?:^|/)(?:db|database|liquibase|resources)/(?:[^/]+/)*changelogs?/|(?:^|/)changelogs?/.*\.xml$|"
    r"(?:^|/)db\.changelog[\w.-]*\.(?:xml|ya?ml|json)$|(?:^|/)[\w.-]*changelog-(?:master|root)\.(?:xml|ya?ml|json)$|"
    # Flyway, in whichever language and folder
    r"(?:^|/)(?:[VU]\d[\w.]*|R)__\w+\.(?:java|kt|groovy|scala|sql)$",
    re.IGNORECASE,
)
_SQL = re.compile(r"\.(?:sql|cql)$", re.IGNORECASE)
_CHANGES_DATA = re.compile(
    r"\b(?:alter|create|drop|truncate|rename)\b[^;]{0,60}\b(?:table|column|index|type|view|schema|sequence|constraint|database|keyspace|function|trigger)\b"
    r"|\b(?:insert\s+into|update\s+[\w.\"]+\s+set|delete\s+from)\b",
    re.IGNORECASE,
)
"""What a file of a database's language does where it is carried out once; where it asks it changes nothing."""
_ABOUT_THEM = re.compile(
    r"\.(?:md|rst|txt|adoc|mako|ini|toml)$|(?:^|/)(?:__init__|env)\.py$|"
    r"(?:^|/)(?:tests?|testdata|__tests__|spec|fixtures)/|(?:^|/)(?:test_\w+\.py|\w+_test\.(?:go|exs|rb))$|"
    r"(?:^|/)(?:quer(?:y|ies)/[^/]+|quer(?:y|ies))\.sql$",
    re.IGNORECASE,
)
"""What stands among migrations and is none: documents, tests, what runs them, and questions to a database."""
_REMOVED = re.compile(r"^--- a/(.+)\n\+\+\+ /dev/null$", re.MULTILINE)


def is_setting(path: str) -> bool:
    """Return whether a file sets something, by its name."""
    return bool(_SETTINGS.search(path))


def is_migration(path: str) -> bool:
    """Return whether a file migrates stored data, by its name."""
    return bool(_MIGRATION.search(path) or _SQL.search(path)) and not _ABOUT_THEM.search(path)


def migrations(commit: Commit) -> tuple[str, ...]:
    """Return the migrations of stored data that a commit added or changed; one that it took away did nothing.

    A file of a database's language that lies with no migrations is one by what it does, where that is told.
    """
    removed = frozenset(_REMOVED.findall(commit.diff))
    asks = bool(commit.diff) and commit.has_whole_diff and not _CHANGES_DATA.search(commit.diff)
    return tuple(
        path
        for path in commit.paths
        if is_migration(path) and path not in removed and (_MIGRATION.search(path) or not asks)
    )


def is_in_program_alone(commit: Commit) -> bool:
    """Return whether all that a commit does is gone where a program runs that was built without it."""
    return bool(commit.paths and commit.has_all_paths) and not any(
        is_setting(path) or is_migration(path) for path in commit.paths
    )
