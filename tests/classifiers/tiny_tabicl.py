"""A TabICL of 9,000 random weights: it answers as a trained one does, and knows nothing."""

from pathlib import Path

import torch

_SIZES = {
    "max_classes": 10,
    "embed_dim": 8,
    "col_num_blocks": 1,
    "col_nhead": 2,
    "col_num_inds": 4,
    "row_num_blocks": 1,
    "row_nhead": 2,
    "row_num_cls": 2,
    "icl_num_blocks": 1,
    "icl_nhead": 2,
}


def write_tiny(path: Path, seed: int = 0) -> Path:
    """Write a checkpoint in the form of the library's own."""
    from tabicl._model.tabicl import TabICL

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = TabICL(**_SIZES)
        for weights in network.parameters():
            torch.nn.init.normal_(weights, 0, 0.3)  # as built, it ignores the rows
    torch.save({"config": _SIZES, "state_dict": network.state_dict()}, path)
    return path
