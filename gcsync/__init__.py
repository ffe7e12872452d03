"""gcsync: Genesys Cloud event streaming, declared in YAML and kept in Git."""

__version__ = "0.1.0"
