"""Images per second of the embedding pass, over the bare forward of the same network and over a plain loop.

python tests/performance/embedding.py [--images 192] [--loop-images 2000] [--device cpu]
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import timm
import torch
from PIL import Image, ImageOps
from rich.console import Console
from rich.table import Table
from torch.utils.data import DataLoader, Dataset

from benchmark.execution.executors import available_cores
from extractors.backbones import load_backbone, network_input
from extractors.devices import choose_device
from extractors.embeddings import load_embeddings
from extractors.pixels import load_pixels
from extractors.specs import BackboneSpec

BARE = ("resnet50", "densenet169")
LOOP = ("mobilenetv3_small_100", "resnet18", "efficientnet_b0")


def write_pngs(folder, count):
    """512 × 400 images with the smoothness of a radiograph and its noise."""
    random = np.random.default_rng(0)
    names = []
    for number in range(count):
        smooth = Image.fromarray(random.integers(0, 255, (10, 8), dtype=np.uint8)).resize((400, 512))
        noisy = np.asarray(smooth, np.int16) + random.integers(-6, 6, (512, 400))
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.png")
        names.append(f"{number}.png")
    return names


@torch.inference_mode()
def bare_seconds(spec, count, device):
    """The network alone, its normalised input resident on the device."""
    backbone = load_backbone(spec, size=224, device=device)
    batch = 32
    resident = network_input(backbone, torch.randint(0, 255, (batch, 224, 224), dtype=torch.uint8))
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        backbone.network(resident)
        began = perf_counter()
        for _ in range(count // batch):
            output = backbone.network(resident)
        output.float().cpu()
    return perf_counter() - began


def against_bare(count, device, console):
    table = Table(
        "network", "bare images/s", "cold / bare", "pixels stored / bare", title="aim 0.90 and 0.97"
    )
    for name in BARE:
        spec = BackboneSpec(name, "random")
        bare, cold, warm = [], [], []
        for _ in range(3):  # in turn, so that a drifting machine drifts for all three
            bare.append(bare_seconds(spec, count, device))
            with TemporaryDirectory() as folder:
                root = Path(folder)
                names = write_pngs(root, count)
                load_backbone(spec, size=224, device=device)
                cold.append(embed_seconds(root, "cold", names, spec, device, decode=True))
                warm.append(embed_seconds(root, "warm", names, spec, device, decode=False))
        ratios = [f"{np.median(np.divide(bare, other)):.2f}" for other in (cold, warm)]
        table.add_row(name, f"{count / np.median(bare):.1f}", *ratios)
    console.print(table)


def embed_seconds(root, cache, names, spec, device, decode):
    """The whole pass less the loading of the network, which the bare forward does not pay either."""
    loading = perf_counter()
    load_backbone(spec, size=224, device=device)
    loading = perf_counter() - loading
    if not decode:
        load_pixels(root / cache, root, names, jobs=available_cores())
    began = perf_counter()
    pixels = load_pixels(root / cache, root, names, jobs=available_cores())
    list(load_embeddings(root / cache, pixels, [spec], device=device.type, jobs=available_cores()))
    return perf_counter() - began - loading


class Files(Dataset):
    """What a plain script does: open, resize and normalise each image for each network."""

    def __init__(self, root, names, mean, std):
        self.root, self.names = root, names
        self.mean, self.std = (torch.tensor(v).view(3, 1, 1) for v in (mean, std))

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        image = Image.open(self.root / self.names[index]).convert("L")
        padded = ImageOps.pad(image, (224, 224), method=Image.Resampling.BICUBIC)
        pixels = torch.from_numpy(np.array(padded.convert("RGB"))).permute(2, 0, 1).float() / 255
        return (pixels - self.mean) / self.std


@torch.inference_mode()
def plain_loop(root, names, spec, device):
    """timm and a DataLoader, two workers, float32 as it comes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = timm.create_model(spec.name, pretrained=False, num_classes=0).eval().to(device)
    files = Files(root, names, network.pretrained_cfg["mean"], network.pretrained_cfg["std"])
    loader = DataLoader(files, batch_size=32, num_workers=2)
    return torch.cat([network(batch.to(device)).cpu() for batch in loader]).numpy()


def against_loop(count, device, console):
    specs = [BackboneSpec(name, "random") for name in LOOP]
    with TemporaryDirectory() as folder:
        root = Path(folder)
        names = write_pngs(root, count)
        began = perf_counter()
        pixels = load_pixels(root / "c", root, names, jobs=available_cores())
        ours = list(load_embeddings(root / "c", pixels, specs, device=device.type, jobs=available_cores()))
        fast = perf_counter() - began
        began = perf_counter()
        plain = [plain_loop(root, names, spec, device) for spec in specs]
        slow = perf_counter() - began
    cosines = [
        (np.sum(a.data * b, axis=1) / (np.linalg.norm(a.data, axis=1) * np.linalg.norm(b, axis=1))).min()
        for a, b in zip(ours, plain, strict=True)
    ]
    console.print(
        f"{len(LOOP)} networks over {count} PNGs of 512 × 400: plain loop {slow:.0f} s / ours {fast:.0f} s = "
        f"{slow / fast:.2f} (aim 1.5); smallest cosine {min(cosines):.6f} (aim 0.9999)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=192)
    parser.add_argument("--loop-images", type=int, default=2000)
    parser.add_argument("--device", default="auto")
    given = parser.parse_args()
    chosen = choose_device(given.device)
    out = Console(width=110)
    out.print(f"device {chosen.type}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    against_bare(given.images, chosen, out)
    against_loop(given.loop_images, chosen, out)
