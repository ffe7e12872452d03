"""Requests that no honest sender sends, against a running receiver: `python -m tests.hostile`."""
