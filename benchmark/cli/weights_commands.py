"""The commands below `benchmark weights`. Slow imports are inside the commands."""

from pathlib import Path

import click

from benchmark.cli.options import FILE, FOLDER, device_option, grid_option


@click.group()
def weights() -> None:
    """Download or train pretrained weights."""


@weights.command()
@click.argument("name")
@click.option("--out", type=FILE, required=True, help="The safetensors file to write.")
def fetch(name: str, out: Path) -> None:
    """Download the ImageNet weights of a backbone into a file, for a machine without internet."""
    from benchmark.cli.weights import fetch_weights

    fetch_weights(name, out)


@weights.command()
@grid_option
@click.option("--to", "folder", type=FOLDER, required=True, help="Folder for the files and index.json.")
def export(grid_file: Path, folder: Path) -> None:
    """Collect all weights that a grid needs in a folder, for a machine without internet.

    There, name the folder in the environment variable BENCHMARK_WEIGHTS.
    """
    from benchmark.cli.weights import export_weights

    export_weights(grid_file, folder)


@weights.command("verify")
@click.argument("folder", type=FOLDER)
def verify_exported(folder: Path) -> None:
    """Compare the files of an exported folder with the digests of its index."""
    from benchmark.cli.weights import verify_weights

    verify_weights(folder)


@weights.command()
@click.option(
    "--out", type=FILE, required=True, help="The safetensors file to write; a checkpoint is kept beside it."
)
@click.option(
    "--hours", type=float, default=1.2, show_default=True, help="Hours of training, over all calls."
)
@device_option
def pretrain(out: Path, hours: float, device: str) -> None:
    """Pretrain the bundled network on pictures drawn by formulas; continues a stopped training."""
    from benchmark.cli.weights import pretrain_weights

    pretrain_weights(out, hours, device)
