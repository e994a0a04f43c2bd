"""What a workspace keeps: typed records, predictions, and where caches lie."""
