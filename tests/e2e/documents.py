"""Are the documents that commands print as their published schemas say?"""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from tests.house.source import ROOT


def as_published(name: str, document: Any) -> Any:
    """The document. Raises jsonschema.ValidationError where it is not as schemas/NAME.schema.json says."""
    schema = json.loads((ROOT / f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
    return document
