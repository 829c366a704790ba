"""`/api/v1`: the same verbs for programs, answered as JSON, CSV or Parquet."""
