"""The receiver, killed again and again under load: `python -m tests.kills`."""
