"""The JSON Schema of standards: with it an editor completes keys and flags unknown ones.

It says less than `kefen standard check`, which reads expressions too; what it flags, that flags.
The keys are those that the readers know. A description holds both languages.
"""

from kefen.standards.json_schema.document import DIALECT, schema_text, standard_schema

__all__ = ["DIALECT", "schema_text", "standard_schema"]
