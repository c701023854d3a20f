"""The workspace: the web application where people work with a book, each seeing what they may.

It meets the engine only through `grading`, `lake` and `reports`. Every app has the same files:
`models`, `services` (all writes, each with its audit entry), `queries` (all reads, each
restricted to what its user may see), `forms`, `views`, `urls`, `templates`.
"""
