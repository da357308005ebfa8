"""A stand-in of S3, moto's server, as a process of its own, and what tests look at and change in it behind the back."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
from runs import RunFolder

BUCKET = "studies"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """The process, with one bucket."""

    def __init__(self, log: Path) -> None:
        self.port, self.log = free_port(), log
        line = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        with log.open("wb") as told:
            self.process = subprocess.Popen(line, stdout=told, stderr=told)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "AKIAOFTESTS",
            "AWS_SECRET_ACCESS_KEY": "grey-herons",
            "AWS_REGION": "us-east-1",
        }
        until = time.monotonic() + 60
        while not self.answers():
            assert time.monotonic() < until
            time.sleep(0.02)
        os.environ.update(self.environment)  # of these processes, and of those that they start
        self.client: Any = boto3.client("s3", endpoint_url=self.url)
        self.client.create_bucket(Bucket=BUCKET)

    def answers(self) -> bool:
        with suppress(OSError), urlopen(f"{self.url}/moto-api/"):
            return True
        return False

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for name in self.environment:
            os.environ.pop(name, None)

    def check_credentials(self, after: str = "0") -> None:
        """From now on, or after so many requests, nobody is known here any more."""
        urlopen(Request(f"{self.url}/moto-api/reset-auth", after.encode(), {"Content-Type": "text/plain"})).close()

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def put_folder(self, folder: Path, prefix: str) -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def keys(self, prefix: str) -> list[str]:
        """All keys below a prefix, without it."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{prefix}/")
        return [found["Key"][len(prefix) + 1 :] for page in pages for found in page.get("Contents", ())]

    def get(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def fetched(self, prefix: str, folder: Path) -> RunFolder:
        """A run folder as it stands in the bucket."""
        for key in self.keys(prefix):
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.get(f"{prefix}/{key}"))
        return RunFolder(folder)
