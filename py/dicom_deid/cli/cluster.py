"""The options of a cluster on the command line, and the way to it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import Failed, sentence

if TYPE_CHECKING:
    from distributed import Client

ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Dask scheduler, as tls://host:8786; local or local:N starts one here."
    ),
]
ClusterCa = Annotated[Path | None, typer.Option("--cluster-ca", metavar="FILE", help="Its authority, in PEM.")]
ClusterCertificate = Annotated[
    Path | None, typer.Option("--cluster-certificate", metavar="FILE", help="Certificate to show it, in PEM.")
]
ClusterKey = Annotated[
    Path | None, typer.Option("--cluster-key", metavar="FILE", help="The private key of that certificate, in PEM.")
]


class Wanted(NamedTuple):
    """The options, as they were given."""

    address: str | None = None
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def check(self, workers: int | None) -> None:
        """Raises Unusable unless the options go together."""
        files = self.authority, self.certificate, self.key
        if self.address is None:
            if any(files):
                raise Unusable("--cluster-ca, --cluster-certificate and --cluster-key go with --cluster.")
            return
        if not find_spec("distributed"):
            raise Unusable("A cluster needs some more packages: pip install 'dicom-deid[cluster]'")
        if workers is not None:
            raise Unusable("--workers are processes of this computer; a cluster has its own.")
        if any(files) and not all(files):
            raise Unusable("TLS needs all three: --cluster-ca, --cluster-certificate and --cluster-key.")
        if self.is_local():
            self.count(1)
        else:
            from dicom_deid.executors.cluster_client import check_address  # an extra

            try:
                check_address(self.address, tls=any(files))
            except Failed as failure:
                raise Unusable(sentence(failure.reason)) from None

    def is_local(self) -> bool:
        return self.address is not None and self.address.partition(":")[0] == "local"

    def count(self, cores: int) -> int:
        """Workers of a local cluster. Raises Unusable."""
        _, colon, number = str(self.address).partition(":")
        if not colon:
            return cores
        if not number.isdecimal() or not 0 < int(number) < 1000:
            raise Unusable("--cluster local:N takes a number of workers.")
        return int(number)

    def client(self, cores: int, undo: ExitStack) -> Client | None:
        """The cluster, until ``undo``. Raises Unusable where it cannot be used."""
        if self.address is None:
            return None
        from dicom_deid.executors.cluster_client import Pems, connected, end, local  # an extra

        pems = Pems(str(self.authority), str(self.certificate), str(self.key)) if self.authority else None
        try:
            here = self.is_local()
            client = local(self.count(cores), waiting) if here else connected(self.address, pems, waiting)
        except Failed as failure:
            raise Unusable(sentence(failure.reason)) from None
        undo.callback(end, client)
        return client


def waiting() -> None:
    """Told while there is no worker yet."""
    print("The cluster has no worker yet; the run begins with the first one.", file=sys.stderr)
