"""An AWS in another process, which real clients of boto3 in this one and in others speak to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

BUCKET = "example-locks"
TABLE = "terraform-locks"

# moto's own code gives warnings that are not ours; its server is a process of its own. One request at a time: moto
# looks at a condition and then writes, which AWS does in one.
SERVER = """\
import threading
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
application, alone = DomainDispatcherApplication(create_backend_app), threading.Lock()

def one_at_a_time(environ, start_response):
    with alone:
        return list(application(environ, start_response))

server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


@contextmanager
def running() -> Iterator[str]:
    """The URL of an AWS that ends with this context."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHONWARNINGS"))}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url), "the stand-in for AWS did not start"
        yield url
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def access(url: str) -> dict[str, str]:
    """What is set in the environment of a client of that AWS."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def enter(patch: pytest.MonkeyPatch, url: str) -> dict[str, str]:
    """Set that, and nothing else of AWS, in the environment of this process."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    found = access(url)
    for name, value in found.items():
        patch.setenv(name, value)
    return found


@cache
def client(service: str, url: str) -> Any:
    """The same one each time, since it takes longer to make than most calls; whatever is set in the environment."""
    import boto3

    with pytest.MonkeyPatch.context() as patch:
        enter(patch, url)
        return boto3.session.Session().client(service, endpoint_url=url, region_name="eu-west-1")


def furnish(url: str) -> None:
    """A bucket and a table for locks."""
    client("s3", url).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client("dynamodb", url).create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
