"""Views of the list of people, tags, and changes to many people at once."""
