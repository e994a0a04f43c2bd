"""The kinds of transformers' networks that are known to work, and how their tokens are found."""

from typing import Any

from torch import Tensor, nn

from extractors.sources.blocks import expand_to_blocks, main_blocks
from extractors.tokens import NoTokensError, Tokens, Tower, block_tokens, map_tokens

# model_type in config.json -> name of its classes, before `Config` and `Model`
NETWORKS = {
    "dinov2": "Dinov2",
    "dinov3_vit": "DINOv3ViT",
    "dinov3_convnext": "DINOv3ConvNext",
    "vit": "ViT",
    "siglip_vision_model": "SiglipVision",
    "clip_vision_model": "CLIPVision",
    "convnext": "ConvNext",
    "convnextv2": "ConvNextV2",
    "resnet": "ResNet",
}
VISION_TOWERS = {
    "clip": "clip_vision_model",
    "siglip": "siglip_vision_model",
}  # of networks with a text's tower
_FIXED_SIZE = (
    "vit",
    "siglip_vision_model",
    "clip_vision_model",
)  # positions that are interpolated when told to
_WITH_CLS = ("dinov2", "dinov3_vit", "vit", "clip_vision_model")
_MAPS = ("convnext", "convnextv2", "resnet")  # whose last hidden state is a feature map
_NORMS = ("layernorm", "norm", "post_layernorm")  # names of the norm after the last block


class TransformersNetwork(Tower):
    """A network of transformers: its own pooling, or the class token where it has none."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__(inner)
        self.replace_inner(inner)

    def replace_inner(self, inner: nn.Module) -> None:
        """Take another network of the same kind."""
        self.inner = inner
        expand_to_blocks(inner)

    @property
    def _kind(self) -> str:
        return str(self.inner.config.model_type)

    def _run(self, images: Tensor) -> Any:
        config, more = self.inner.config, {}
        if self._kind in _FIXED_SIZE:
            more["interpolate_pos_encoding"] = tuple(images.shape[2:]) != (
                config.image_size,
                config.image_size,
            )
        return self.inner(pixel_values=images, **more)

    def forward(self, images: Tensor) -> Tensor:
        output = self._run(images)
        pooled: Tensor | None = getattr(output, "pooler_output", None)
        return output.last_hidden_state[:, 0] if pooled is None else pooled.flatten(1)

    def tokens(self, images: Tensor, last: int) -> Tokens:
        """See `tokens_of`."""
        if self._kind == "dinov3_convnext":  # its first token is the mean of the others
            values = self._run(images).last_hidden_state[:, 1:]
            return map_tokens(values.transpose(1, 2)[..., None], last)
        if self._kind in _MAPS:
            return map_tokens(self._run(images).last_hidden_state, last)
        values = block_tokens(lambda: self._run(images), main_blocks(self.inner), self._norm(), last)
        cls = self._kind in _WITH_CLS
        registers = int(getattr(self.inner.config, "num_register_tokens", 0))
        return Tokens(values, cls + registers, cls)

    def _norm(self) -> nn.Module:
        for name, module in nn.Module.named_modules(self.inner):
            if name.rpartition(".")[2] in _NORMS:
                found: nn.Module = module
                return found
        raise NoTokensError(f"{type(self.inner).__name__} has no norm after its last block")
