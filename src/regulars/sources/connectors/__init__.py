"""Connectors: code for one vendor's programs, each a folder of its own. See
docs/how-to/write-a-connector.md."""
