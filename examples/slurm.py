"""De-identifies on a Slurm cluster: workers as jobs by dask-jobqueue, and dicom-deid beside their scheduler.

    pip install '.[cluster]' dask-jobqueue      # in the folder of the project
    python slurm.py INPUT OUTPUT secret.txt TLS_FOLDER [WORKERS]

TLS_FOLDER has ca.pem, node.pem and node-key.pem, as docs/cluster.md makes them, and is read by every node, by nobody
else. INPUT and OUTPUT are on a file system that all nodes share. Go on with a run that was cut off by the same command.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import dask
from dask_jobqueue import SLURMCluster
from distributed import Security

SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
}
OF_WORKERS = [
    "export DASK_DISTRIBUTED__WORKER__MEMORY__TARGET=False",
    "export DASK_DISTRIBUTED__WORKER__MEMORY__SPILL=False",
]


def main() -> int:
    source, target, secret, tls, *count = sys.argv[1:]
    ca, certificate, key = (str(Path(tls, name).resolve()) for name in ("ca.pem", "node.pem", "node-key.pem"))
    pair = {
        f"tls_{role}_{part}": path
        for role in ("client", "scheduler", "worker")
        for part, path in (("cert", certificate), ("key", key))
    }
    dask.config.set(SETTINGS)
    cluster = SLURMCluster(
        queue="normal",  # the partition of your site
        cores=8,  # of a job; a worker for each, with one thread
        processes=8,
        memory="16GB",
        walltime="04:00:00",
        job_script_prologue=OF_WORKERS,
        security=Security(tls_ca_file=ca, require_encryption=True, **pair),
        protocol="tls://",
    )
    cluster.scale(n=int(count[0]) if count else 64)
    command = [sys.executable, "-m", "dicom_deid", "run", source, target, "--passphrase-file", secret, "--resume"]
    files = ["--cluster-ca", ca, "--cluster-certificate", certificate, "--cluster-key", key]
    try:
        return subprocess.run([*command, "--cluster", cluster.scheduler_address, *files], check=False).returncode
    finally:
        with suppress(AssertionError):  # dask-jobqueue 0.9.0 leaves the state of jobs that it has ended at "running"
            cluster.close()


if __name__ == "__main__":
    sys.exit(main())
