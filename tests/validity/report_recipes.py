"""The page that says how recipes of fine-tuning compare, every number from its rows."""

import pandas as pd


def page(found: pd.DataFrame) -> str:
    """docs/recipes.md."""
    return found.to_csv()
