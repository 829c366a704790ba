"""The metrics' questions, written once in Ibis, and their definitions in a shop's words."""
