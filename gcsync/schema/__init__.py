"""The JSON Schemas of `schemas/`, the single source of attribute names, types, defaults and of the diff's semantics."""
