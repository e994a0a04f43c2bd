"""The files of a workspace: typed records, predictions, caches."""
