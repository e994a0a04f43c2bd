"""What MLflow runs to load a kept model; the benchmark must be installed where it is loaded."""

from mlflow.models import set_model

from benchmark.tracking.study_model import StudyModel

set_model(StudyModel())
