"""What torchvision's own builders change in a network's input when they load weights, without torch."""

from dataclasses import replace

from extractors.specs import BackboneSpec

PREFIX = "torchvision/"
# Trained on mean = std = 0.5, which they make themselves of torchvision's usual input
_TRANSFORMING = (f"{PREFIX}googlenet", f"{PREFIX}inception_v3")


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `transform_input` for trained GoogLeNet and Inception v3, as their builders do for weights.

    `model_args` decide where they name it. Any other spec is returned as it is.
    """
    if spec.name in _TRANSFORMING and spec.trained:
        return replace(spec, model_args={"transform_input": True, **spec.model_args})
    return spec
