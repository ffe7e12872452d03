"""Stack files to stacks: text in, plain values that know their place out.

discover    which files are meant
source      a file's text
reader      YAML to values and their marks, in one pass; json_reader the same for JSON
settings    everything but the resources
variables   values from outside
scope       what an expression can name
expressions ${...}
instances   for_each: several resources from one declaration
references  what one resource takes from another
check       is a value as its schema says; faults has the words
assemble    resources, each after those it refers to
report      what is wrong, as diagnostics
expectations  `tests:`: at which addresses an event must arrive; events reads one from a file
baseline    known drift, from a file beside the stacks
"""

from __future__ import annotations

from gcsync.stack.discover import text_given, written_files
from gcsync.stack.events import event_from_file, event_from_text
from gcsync.stack.load import Examination, Inputs, examine, load, outline, sketch, validate
from gcsync.stack.masking import masked_lines

__all__ = [
    "Examination",
    "Inputs",
    "event_from_file",
    "event_from_text",
    "examine",
    "load",
    "masked_lines",
    "outline",
    "sketch",
    "text_given",
    "validate",
    "written_files",
]
