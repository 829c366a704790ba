"""One module per menu word: what each page shows and does."""
