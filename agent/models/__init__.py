"""The models: `embedded` needs nothing, `recorded` is a transcript."""
