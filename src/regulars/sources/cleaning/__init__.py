"""What looks wrong in the data, proposed to a person, put right in bulk, and undone exactly.

Putting right is an import of its own: each correction is a version of the fact that a file or a
message told, above it and below whatever is told next. So it counts at once, the same told again
changes nothing, and undoing the import brings back what stood. See docs/algorithms/cleaning.md.
"""
