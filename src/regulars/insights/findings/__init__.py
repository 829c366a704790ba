"""What stands out in the sales by itself: found at the end of a refresh, kept as rows, read by
pages. Nothing here is about one person."""
