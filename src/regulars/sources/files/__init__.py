"""Files in: what a shop owner's exports hold, row by row, whatever wrote them."""
