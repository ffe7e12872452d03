"""Stack files to stacks: text in, plain values that know their place out.

discover    which files are meant
source      a file's text
reader      text to values and their marks, in one pass
settings    everything but the resources
variables   values from outside
expressions ${...}
check       is a value as its schema says
assemble    resources
report      what is wrong, as diagnostics
"""

from __future__ import annotations

from gcsync.stack.load import Examination, Inputs, examine, load, outline, validate

__all__ = ["Examination", "Inputs", "examine", "load", "outline", "validate"]
