"""The network that ships with the project: a timm network with a file of weights."""

from dataclasses import replace

from extractors import bundled
from extractors.digests import JsonValue
from extractors.specs import BackboneSpec


def knows(name: str) -> bool:
    """Whether this is the name of the bundled network."""
    return name == bundled.NAME


def names() -> list[str]:
    """The only name of this source."""
    return [bundled.NAME]


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """The same network with the name, arguments and weights file for timm."""
    arguments: dict[str, JsonValue] = {
        "in_chans": 1,
        "stem_type": bundled.STEM,
        "channels": list(bundled.CHANNELS),
    }
    return replace(
        spec,
        name=bundled.NETWORK,
        weights=str(bundled.FILE) if spec.weights == bundled.NAME else spec.weights,
        model_args={**arguments, **spec.model_args},
        mean=spec.mean or (bundled.MEAN,),
        std=spec.std or (bundled.STD,),
    )
