"""Image towers of open_clip: `open_clip:MODEL/TAG`, or `MODEL` alone for random weights or a file.

Extra `open_clip`. MODEL and TAG are as open_clip lists them (`ViT-B-16/openai`).
"""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from extractors.errors import WeightsUnavailableError
from extractors.sources.blocks import expand_to_blocks
from extractors.sources.connection import is_reachable
from extractors.sources.extras import library
from extractors.sources.hub import hub_host, hub_origin, offline_without_connection, why_unavailable
from extractors.sources.origin import Origin, origin_in
from extractors.sources.source import Normalisation
from extractors.specs import BackboneSpec
from extractors.tokens import NoTokensError, Tokens, Tower, block_tokens, map_tokens, tokens_of
from extractors.weights import State, load_strictly, read_checkpoint

PREFIX = "open_clip:"
_VISUAL = "visual."
_HUB_FILE = "open_clip_pytorch_model.bin"  # where the tag names no other
# What a file holds beside the image tower: the text's, under the names of open_clip's two classes
_UNUSED = (
    *("transformer.", "token_embedding.", "positional_embedding", "ln_final.", "text_projection"),
    *("text.", "text_decoder.", "logit_scale", "logit_bias", "attn_mask"),
)


class ImageTower(Tower):
    """open_clip's image tower: the vectors that are compared with texts; tokens are of the layers before."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__(inner)
        expand_to_blocks(inner)

    def forward(self, images: Tensor) -> Tensor:
        found: Any = self.inner(images)
        pooled: Tensor = found[0] if isinstance(found, tuple) else found
        return pooled

    def tokens(self, images: Tensor, last: int) -> Tokens:
        """See `tokens_of`."""
        if hasattr(self.inner, "trunk"):  # a network of timm
            return tokens_of(self.inner.trunk, images, last)
        if hasattr(self.inner, "layer4"):
            return map_tokens(self._output_of(self.inner.layer4, images), last)
        if hasattr(self.inner, "transformer") and hasattr(self.inner, "ln_post"):
            blocks = list(self.inner.transformer.resblocks)
            norm = nn.Identity() if self.inner.attn_pool is not None else self.inner.ln_post
            return Tokens(block_tokens(lambda: self.inner(images), blocks, norm, last), prefix=1, cls=True)
        raise NoTokensError(f"{type(self.inner).__name__} shows no tokens")

    def _output_of(self, module: nn.Module, images: Tensor) -> Tensor:
        return block_tokens(lambda: self.inner(images), [module], nn.Identity(), 1)


def knows(name: str) -> bool:
    """Whether this has the form MODEL or MODEL/TAG; open_clip is asked when it is built."""
    return re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name.removeprefix(PREFIX)) is not None


def names() -> list[str]:
    """None: asking open_clip takes seconds; `build` suggests names."""
    return []


def build(spec: BackboneSpec, pretrained: bool) -> nn.Module:
    """Build the image tower. Raises ValueError for an unknown name, and WeightsUnavailableError."""
    open_clip, (model, _) = _library(), _parts(spec)
    config = open_clip.get_model_config(model)
    if config is None:
        raise ValueError(_unknown("open_clip has no model", model, open_clip.list_models()))
    if pretrained or "quick_gelu" in _published(spec):  # the weights decide, as in open_clip's OpenAI models
        config = {**config, "quick_gelu": _published(spec).get("quick_gelu", config.get("quick_gelu", False))}
    tower = ImageTower(
        open_clip.model._build_vision_tower(
            config["embed_dim"],
            {**config["vision_cfg"], **spec.model_args},
            quick_gelu=config.get("quick_gelu", False),
        )
    )
    if pretrained:
        load(spec, tower, _downloaded(spec))
    return tower


def load(spec: BackboneSpec, network: nn.Module, file: Path) -> str:
    """Load the image tower of a file, which may hold the text's too, strictly. Raises ValueError."""
    assert isinstance(network, ImageTower)
    checkpoint = read_checkpoint(file)
    state = {key.removeprefix("module."): value for key, value in checkpoint.state.items()}
    if any(key.startswith(_VISUAL) for key in state):
        state = {key: value for key, value in state.items() if not key.startswith(_UNUSED)}
        state = {key.removeprefix(_VISUAL): value for key, value in state.items()}
    load_strictly(network.inner, state, file)
    return f"taken from '{'.'.join(checkpoint.under)}'" if checkpoint.under else ""


def fetch(spec: BackboneSpec) -> State:
    """The weights of the image tower. Raises WeightsUnavailableError."""
    return {_VISUAL + key: value for key, value in build(spec, True).inner.state_dict().items()}  # type: ignore[union-attr]


def provenance(spec: BackboneSpec) -> dict[str, str]:
    """The full name and source; open_clip does not say the licence of weights."""
    published = _published(spec)
    source = published.get("hf_hub") or published.get("url") or "unknown"
    return {"full_name": spec.name, "licence": "unknown", "source": str(source)}


def origin(spec: BackboneSpec) -> Origin:
    """The hub's cache and its server, or open_clip's own cache and the address. Raises ValueError."""
    published = _of_tag(spec)
    if file := published.get("file"):
        return Origin(Path(file).is_file())
    if not published.get("hf_hub"):
        return origin_in(Path("~/.cache/clip").expanduser(), published["url"])
    repository, _, file = published["hf_hub"].rpartition("/")
    file = file or _HUB_FILE
    safe = "open_clip_model.safetensors" if file == _HUB_FILE else f"{Path(file).stem}.safetensors"
    return hub_origin(repository, (safe, file))


def normalisation(spec: BackboneSpec, network: nn.Module) -> Normalisation:
    """Mean and std of the tag's preprocessing, open_clip's own where it says none, and the model's size."""
    open_clip, published = _library(), _published(spec)
    mean = published.get("mean") or open_clip.OPENAI_DATASET_MEAN
    std = published.get("std") or open_clip.OPENAI_DATASET_STD
    size = getattr(network.inner, "image_size", 0)
    return Normalisation(tuple(mean), tuple(std), 3, size[0] if isinstance(size, tuple) else int(size))


def _library() -> Any:
    return library("open_clip", "open_clip")


def _parts(spec: BackboneSpec) -> tuple[str, str]:
    model, _, tag = spec.name.removeprefix(PREFIX).partition("/")
    return model, tag


def _published(spec: BackboneSpec) -> dict[str, Any]:
    """open_clip's facts about the weights of the tag; nothing for an unknown one."""
    found: dict[str, Any] = _library().get_pretrained_cfg(*_parts(spec))
    return found


def _of_tag(spec: BackboneSpec) -> dict[str, Any]:
    """open_clip's facts about the weights of the tag. Raises ValueError for an unknown one."""
    (model, tag), published = _parts(spec), _published(spec)
    if not published:
        tags = _library().list_pretrained_tags_by_model(model)
        raise ValueError(_unknown(f"open_clip has no weights of '{model}' with the tag", tag, tags))
    return published


def _downloaded(spec: BackboneSpec) -> Path:
    open_clip, published = _library(), _of_tag(spec)
    try:
        with offline_without_connection():
            if not published.get("hf_hub") and not is_reachable(published["url"]):
                raise OSError("no connection")
            return Path(open_clip.download_pretrained(published))
    except Exception as error:  # open_clip raises FileNotFoundError for whatever the hub's client raised
        offline = not is_reachable(f"https://{hub_host()}")
        why = f"no connection to {hub_host()}" if offline else why_unavailable(error)
        raise WeightsUnavailableError(spec.name, why) from error


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3) or sorted(known)[:8]
    return f"{what} '{name}'; it has: {', '.join(near)}" if known else f"{what} '{name}'"
