"""The grid file: its schema, the cells that it spans, and its controls."""
