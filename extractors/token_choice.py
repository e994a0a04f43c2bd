"""The words for what a network's vector is made of: which tokens, and of how many blocks."""

POOLED, CLS, MEAN, BOTH = "pooled", "cls", "mean", "cls+mean"
TOKENS = (POOLED, CLS, MEAN, BOTH)  # POOLED: as the network itself pools
LAST, LAST_FOUR = "last", "last_4"
BLOCKS = {LAST: 1, LAST_FOUR: 4}  # the last ones, whose tokens are laid side by side
LAYERS = tuple(BLOCKS)


def why_no_choice(tokens: str, layers: str) -> str:
    """What is wrong with a choice of tokens and layers, in words; empty if nothing is."""
    if tokens == POOLED and layers != LAST:
        return f"layers: {layers} needs tokens: {CLS}, {MEAN} or {BOTH}: only the last layer is pooled"
    return ""
