"""The grading judged: how accurate it was, what it did, how it is made, and whether it is kept up.

Grades of a kept run are held against facts of after its as-of date, up to the end of a period that
the data cover; nothing of what follows ever reaches a grade.
"""
