"""What every floor may rely on: clock, ids, money, windows, errors, and what floors declare."""
