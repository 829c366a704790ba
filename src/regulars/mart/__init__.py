"""The columnar copy of the truth: table contracts, one writer, engines that answer."""
