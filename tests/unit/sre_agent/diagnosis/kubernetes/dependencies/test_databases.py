"""What goes wrong between a client and its database, and on whose side."""

import pytest

from sre_agent.diagnosis.kubernetes.dependencies import capacity, credentials, databases, reaching
from sre_agent.domain.cluster.network import ServicePort
from sre_agent.domain.cluster.pods import ContainerPort, EnvVar
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.cluster.workloads import Workload
from sre_agent.domain.faults import FaultClass as Fault
from sre_agent.testing import cluster as make
from sre_agent.testing.suspects import suspected

DENIED = (Fault.DATABASE_INVALID_CREDENTIALS, "web")
PORT = (Fault.DATABASE_WRONG_PORT, "web")
FULL = (Fault.CONNECTIONS_EXHAUSTED, "db")
READ_ONLY = (Fault.DATABASE_READ_ONLY, "db")
REFUSED = (
    "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure",
    "Caused by: java.net.ConnectException: Connection refused",
)


def database(name: str = "db", port: int = 3306) -> Workload:
    box = make.container(image="library/mysql:8", ports=(ContainerPort(number=port),))
    return make.workload("StatefulSet", name, make.template(box))


def client(*lines: str, ready: bool = False, up: bool = True, previous: bool = False) -> Snapshot:
    """Return a client that says something, and a database."""
    web, db = make.deployment("web"), database()
    return make.snapshot(
        web,
        make.replicaset(web),
        make.pod(web, ready=ready),
        make.log("web", *lines, is_previous=previous),
        db,
        make.pod(db, ready=up),
        make.service("db", None, ServicePort(port=3306)),
    )


@pytest.mark.parametrize(
    "line",
    [
        "Access denied for user 'shop'@'10.0.0.7' (using password: YES)",
        'FATAL: password authentication failed for user "shop"',
        "WRONGPASS invalid username-password pair",
        "MongoServerError: Authentication failed.",
        'connection to server at "db", port 5432 failed: FATAL:  role "shp" does not exist',
    ],
)
def test_a_client_that_is_refused_has_wrong_credentials(line: str) -> None:
    assert suspected(client(line), credentials.analyze)[DENIED] >= 4
    assert suspected(client(line, ready=True), credentials.analyze)[DENIED] < 3


def test_a_refusal_before_a_restart_that_helped_is_over() -> None:
    cluster = client("Access denied for user 'shop'", ready=True, previous=True)

    assert not suspected(cluster, credentials.analyze)


def test_a_database_that_tells_of_refusals_is_not_to_blame_for_them() -> None:
    db = database()
    said = make.log("db", "[Note] Access denied for user 'probe'@'localhost'")

    assert not suspected(make.snapshot(db, make.pod(db, ready=False), said), credentials.analyze)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("java.sql.SQLException: Too many connections", FULL),
        ("FATAL: sorry, too many clients already", FULL),
        ("The MySQL server is running with the --read-only option", READ_ONLY),
        ("ERROR: cannot execute INSERT in a read-only transaction", READ_ONLY),
        ("READONLY You can't write against a read only replica.", READ_ONLY),
    ],
)
def test_what_clients_say_of_their_database_is_blamed_on_it(
    line: str, key: tuple[Fault, str]
) -> None:
    assert suspected(client(line, ready=True), capacity.analyze)[key] >= 4


def test_a_database_says_by_its_own_probe_that_it_is_full() -> None:
    db = database()
    pod = make.pod(db)
    said = make.event(pod.meta, "Unhealthy", "Readiness probe failed: Too many connections")

    assert list(suspected(make.snapshot(db, pod, said), capacity.analyze)) == [FULL]


def test_an_empty_pool_is_the_clients_and_weighs_less() -> None:
    cluster = client("HikariPool-1 - Connection is not available, request timed out after 30000ms")
    found = suspected(cluster, capacity.analyze)

    assert found == {(Fault.CONNECTIONS_EXHAUSTED, "web"): 2}


def test_a_database_full_of_other_things_is_well() -> None:
    cluster = client("opened 12 connections", "mounted read-only file system")

    assert not suspected(cluster, capacity.analyze)


def test_a_client_that_is_refused_by_a_database_that_is_up_asks_at_a_wrong_port() -> None:
    assert suspected(client(*REFUSED), reaching.analyze)[PORT] >= 4


def test_a_client_that_names_another_port_asks_at_a_wrong_one() -> None:
    cluster = client("dial tcp: MySQL at db:3307: connection refused")

    assert PORT in suspected(cluster, reaching.analyze)


def test_a_database_that_is_down_is_unreachable_itself() -> None:
    found = suspected(client(*REFUSED, up=False), reaching.analyze)

    assert list(found) == [(Fault.DATABASE_UNREACHABLE, "db")]


def test_a_database_that_many_do_not_reach_is_unreachable_itself() -> None:
    db = database()
    names = ("a", "b", "c")
    sick = [make.pod(make.deployment(name), ready=False) for name in names]
    logs = [make.log(name, *REFUSED) for name in names]
    cluster = make.snapshot(
        *map(make.deployment, names), *sick, *logs, db, make.pod(db), make.service("db")
    )

    assert list(suspected(cluster, reaching.analyze)) == [(Fault.DATABASE_UNREACHABLE, "db")]


@pytest.mark.parametrize(
    "lines",
    [
        (*REFUSED, "java.net.UnknownHostException: db"),
        (*REFUSED, "Access denied for user 'shop'"),
        ("GET http://other/: connection refused",),
        (),
    ],
)
def test_a_name_a_password_or_another_callee_is_no_wrong_port(lines: tuple[str, ...]) -> None:
    assert not suspected(client(*lines), reaching.analyze)


def test_a_client_that_recovered_is_well() -> None:
    assert not suspected(client(*REFUSED, ready=True), reaching.analyze)


@pytest.mark.parametrize(
    "env",
    [
        (EnvVar(name="DATABASE_URL", value="mysql://shop@db:3307/shop"),),
        (EnvVar(name="DB_HOST", value="db"), EnvVar(name="DB_PORT", value="3307")),
    ],
)
def test_a_variable_with_a_port_that_the_database_lacks_is_a_wrong_port(
    env: tuple[EnvVar, ...],
) -> None:
    web = make.deployment("web", make.template(make.container(env=env)))
    service = make.service("db", None, ServicePort(port=3306))

    assert PORT in suspected(make.snapshot(web, database(), service), reaching.analyze)


def test_a_variable_with_the_databases_port_is_well() -> None:
    env = (EnvVar(name="DB_HOST", value="db"), EnvVar(name="DB_PORT", value="3306"))
    web = make.deployment("web", make.template(make.container(env=env)))
    service = make.service("db", None, ServicePort(port=3306))

    assert not suspected(make.snapshot(web, database(), service), reaching.analyze)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("library/mysql:8", True),
        ("radondb/percona:5.7", True),
        ("docker.io/bitnami/postgresql:15", True),
        ("redis:alpine", True),
        ("prom/mysqld-exporter:v1", False),
        ("shop/redis-operator:1", False),
        ("shop/web:1", False),
    ],
)
def test_databases_are_known_by_their_images(image: str, expected: bool) -> None:
    assert databases.is_database(make.template(make.container(image=image))) is expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [("library/mysql:8", "mysql"), ("redis:alpine", "redis"), ("shop/web:1", "")],
)
def test_an_engine_is_called_as_its_image_is(image: str, expected: str) -> None:
    assert databases.engine(make.template(make.container(image=image))) == expected
