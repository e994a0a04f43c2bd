"""From finished records to what goes into a paper: comparisons, tables, figures and one page."""
