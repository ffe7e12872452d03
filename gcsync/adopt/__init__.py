"""Objects that exist already to stack files: what is there, or what Terraform knows, in; YAML out.

keys        valid, unique keys out of names
candidates  which objects are meant, and which of them can be declared
secrets     what may not stand in a file, as variables
resources   an object as it is declared
writing     YAML that the stack language reads as it was meant
export      a whole stack file
inserting   one resource into a file that exists
formatting  the one layout of a stack file
accepting   actual values into declarations that exist: replacing decides what changes in a value, edits and spelling
            how that is written, nodes where it stands, origins who gives it instead, hunks how the file then differs
terraform   resources of CX as Code
"""

from gcsync.adopt.candidates import Candidate, LeftOut, Selection, select
from gcsync.adopt.export import Exported, Head, compose
from gcsync.adopt.formatting import CannotFormat, formatted
from gcsync.adopt.inserting import Insertion, insert
from gcsync.adopt.resources import Declaration, declare, problem_of
from gcsync.adopt.terraform import FromTerraform, read_terraform

__all__ = [
    "Candidate",
    "CannotFormat",
    "Declaration",
    "Exported",
    "FromTerraform",
    "Head",
    "Insertion",
    "LeftOut",
    "Selection",
    "compose",
    "declare",
    "formatted",
    "insert",
    "problem_of",
    "read_terraform",
    "select",
]
