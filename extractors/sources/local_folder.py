"""Find the weights file of timm's `local-dir:FOLDER` names, without importing timm."""

from dataclasses import replace
from pathlib import Path

from extractors.sources.places import LOCAL_FOLDER
from extractors.specs import BackboneSpec

_FILES = ("model.safetensors", "pytorch_model.bin")  # the names that timm's `save_for_hf` writes


def resolve(spec: BackboneSpec) -> BackboneSpec:
    """Set `weights` to the file in the folder, so that the extractor's identity depends on its content.

    Any other spec, and a folder without such a file, is returned as it is.
    """
    if not spec.name.startswith(LOCAL_FOLDER) or not spec.pretrained:
        return spec
    folder = Path(spec.name.removeprefix(LOCAL_FOLDER))
    file = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    return replace(spec, weights=str(file)) if file else spec
