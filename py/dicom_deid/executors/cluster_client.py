"""The way to a Dask cluster: a scheduler that somebody has started, over TLS, or a cluster of this machine.

The key of the run goes to the scheduler and its workers. So there is no way to another machine but TLS, in which both
sides show a certificate of the cluster's own authority.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, Security

from dicom_deid.errors import Failed
from dicom_deid.executors.cluster_worker import program, settings
from dicom_deid.executors.processes import deaf, nameless_main

CONNECT_SECONDS, END_SECONDS = 10.0, 2.0
FIRST_WORKER_SECONDS = 600.0
"""How long the first worker may take to come: a queue of jobs may stand before it."""
NEEDED = 0, 1.0
"""Of a scheduler: allowed-failures and worker-saturation."""
LOCAL: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "logging.distributed": "critical",
}


class Pems(NamedTuple):
    """Files for TLS, in PEM: the authority of the cluster, and the client's certificate and private key."""

    authority: str
    certificate: str
    key: str


def scheme_and_host(address: str) -> tuple[str, str]:
    """Two parts of an address of Dask; both "" where it is none."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def is_loopback(address: str) -> bool:
    """Whether an address is of this machine alone."""
    _, host = scheme_and_host(address)
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def is_sealed(address: str) -> bool:
    """Whether nobody on a network can read what goes to an address."""
    return scheme_and_host(address)[0] == "tls" or is_loopback(address)


def check_address(address: str, *, tls: bool) -> None:
    """Raises Failed CLUSTER_PLAIN for an address to which the key must not go."""
    scheme, _ = scheme_and_host(address)
    if not ((scheme == "tls" and tls) or (scheme == "tcp" and is_loopback(address))):
        raise Failed("CLUSTER_PLAIN")


def connected(address: str, pems: Pems | None, waiting: Callable[[], None]) -> Client:
    """A client of the scheduler at an address, which has a worker; ``waiting`` is called while it has none.

    Raises Failed CLUSTER_PLAIN, CLUSTER_UNREACHABLE, CLUSTER_VERSION, CLUSTER_SETTINGS or WORKERS_LOST.
    """
    check_address(address, tls=pems is not None)
    quiet()
    security = None
    if pems:
        names = {"tls_ca_file": pems.authority, "tls_client_cert": pems.certificate, "tls_client_key": pems.key}
        security = Security(require_encryption=True, **names)
    try:
        client = Client(address, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception:  # of TLS, of sockets, of time; their texts name files and addresses
        raise Failed("CLUSTER_UNREACHABLE") from None
    return checked(client, pems is not None, waiting)


def local(workers: int, waiting: Callable[[], None]) -> Client:
    """A client of a cluster on this machine that ends with it. Raises Failed as `connected` does.

    Over TLS, too: on a machine with other users, each of them can connect to a port of loopback.
    """
    quiet()
    dask.config.set(LOCAL)
    security = Security.temporary()
    try:
        with nameless_main(), deaf():
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", security=security
            )
            client = Client(cluster, security=security, set_as_default=False)
    except Exception:
        raise Failed("CLUSTER_UNREACHABLE") from None
    return checked(client, True, waiting)  # noqa: FBT003 - encrypted


def checked(client: Client, encrypted: bool, waiting: Callable[[], None]) -> Client:
    """The client, if scheduler and workers are those that a run needs; else it is closed."""
    try:
        if not encrypted and not is_loopback(str(client.scheduler_info()["address"])):
            raise Failed("CLUSTER_PLAIN")  # bound to more than loopback, so workers can be anywhere
        check_fit(client)
        if not client.nthreads():
            waiting()
            await_worker(client)
        if set(client.run(program).values()) - {program()}:
            raise Failed("CLUSTER_VERSION")
    except BaseException as error:
        end(client)
        if isinstance(error, Failed) or not isinstance(error, Exception):
            raise
        raise Failed("CLUSTER_VERSION" if isinstance(error, ImportError | AttributeError) else "WORKERS_LOST") from None
    return client


def end(client: Client) -> None:
    """Ends the connection, and the cluster where it is one of this machine's own."""
    with suppress(Exception):  # of what is gone already
        client.close(timeout=END_SECONDS)
    with suppress(Exception):
        if client.cluster is not None:
            client.cluster.close()


def check_fit(client: Client) -> None:
    """Raises Failed CLUSTER_SETTINGS, or ImportError where the scheduler lacks this package."""
    if client.run_on_scheduler(settings) != NEEDED:
        raise Failed("CLUSTER_SETTINGS")


def await_worker(client: Client) -> None:
    """Waits for the first worker. Raises Failed WORKERS_LOST when none comes."""
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
    except TimeoutError:
        raise Failed("WORKERS_LOST") from None


def quiet() -> None:
    """Keeps what Dask tells to itself: the end of a run is told by its code, and texts of Dask name addresses."""
    for name in ("asyncio", "tornado", *logging.root.manager.loggerDict):
        if name.startswith(("asyncio", "tornado", "distributed")):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
