"""From a file's rows to facts: one batch, one transaction."""
