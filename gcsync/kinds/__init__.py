"""One file per kind of object; `kinds_by_name` is the registry."""
