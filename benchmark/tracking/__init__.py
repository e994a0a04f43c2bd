"""From records to MLflow: fields, artifacts, the experiment, and the session of a run."""
