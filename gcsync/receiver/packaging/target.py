"""What the zip is for: a runtime of AWS Lambda."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """The processors that Lambda has, by its own names."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class Extra(StrEnum):
    """What may be taken along."""

    AWS = "aws"
    REDIS = "redis"


class Python(StrEnum):
    """The versions of Python on Lambda that gcsync runs on."""

    V3_11 = "3.11"
    V3_12 = "3.12"
    V3_13 = "3.13"
    V3_14 = "3.14"


@dataclass(frozen=True, slots=True)
class Target:
    """The runtime of a function."""

    python: Python = Python.V3_13
    architecture: Architecture = Architecture.ARM64
