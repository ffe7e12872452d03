"""Example policies for checkov: copy this folder, and change what they allow.

    gcsync plan --format json > plan.json
    checkov --framework terraform_plan --skip-download --external-checks-dir policies/checkov -f plan.json

checkov imports every module that `__all__` names.
"""

from os.path import dirname
from pathlib import Path

__all__ = sorted(path.stem for path in Path(dirname(__file__)).glob("*.py") if path.stem != "__init__")
