"""From records to answers: the one engine of paired comparisons behind run, compare, MLflow and report."""
