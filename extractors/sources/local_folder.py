"""timm's `local-dir:FOLDER` names, without importing timm."""

from dataclasses import replace
from pathlib import Path

from extractors.specs import BackboneSpec

LOCAL_FOLDER = "local-dir:"
_FILES = ("model.safetensors", "pytorch_model.bin")  # the names that timm's `save_for_hf` writes


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """The weights of a folder as the file in it, so that changed weights are another extractor.

    Any other spec, and a folder without such a file, is returned as it is.
    """
    if not spec.name.startswith(LOCAL_FOLDER) or not spec.pretrained:
        return spec
    folder = Path(spec.name.removeprefix(LOCAL_FOLDER))
    file = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    return replace(spec, weights=str(file)) if file else spec
