"""Results as tables: text for the terminal, and CSV, Markdown and LaTeX for a paper."""
