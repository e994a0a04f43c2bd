"""Write a report from the results of a grid: figures, tables, references and one page."""
