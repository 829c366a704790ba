"""A compiler of readers for each kind of file: a mapping in, a function from cells out."""
