"""The commands below `benchmark data`: draw, check, describe and convert data sets."""

from pathlib import Path

from benchmark.cli.terminal import console, findings_table, frame_table, progress_bars, say, shown
from benchmark.datasets.kinds import kind_at
from benchmark.datasets.manifest import Manifest
from benchmark.datasets.mura import read_mura
from benchmark.execution.executors import available_cores

_CACHE = Path("runs/.cache")  # cache of the default workspace, for kinds that convert their images first


def draw(
    root: Path, *, patients: int, difficulty: float, seed: int, long_side: int, jobs: int | None
) -> None:
    """Draw a phantom and print where it is."""
    from benchmark.datasets.phantom.draw import draw_phantom

    with progress_bars() as report:
        folder = draw_phantom(
            root,
            patients=patients,
            difficulty=difficulty,
            seed=seed,
            long_side=long_side,
            jobs=jobs or available_cores(),
            progress=lambda done, total: report("drawing patients", done, total),
        )
    say(f"{len(read_mura(folder).images):,} images in {shown(folder)}; the boxes are in abnormalities.csv")


def verify_root(root: Path, jobs: int | None) -> bool:
    """Print the findings of an audit; returns whether there is no error."""
    from benchmark.datasets.image_facts import kinds_table, with_facts
    from benchmark.datasets.verification import counts_table, findings_of

    manifest, published = open_root(root)
    images = with_facts(manifest, jobs=jobs or available_cores())
    findings = findings_of(images, published=published)
    console().print(frame_table(counts_table(manifest), f"{shown(root)}: patients, studies and images"))
    console().print(frame_table(kinds_table(images), f"{shown(root)}: kinds of images"))
    console().print(findings_table(findings, "findings"))
    return not any(finding.severity == "error" for finding in findings)


def explore_root(root: Path, out: Path) -> None:
    """Write the tables and charts of a data set and list them."""
    from benchmark.datasets.explore import explore

    manifest, _ = open_root(root)
    for path in explore(manifest, out, jobs=available_cores()):
        say(shown(path))


def open_root(root: Path) -> tuple[Manifest, bool]:
    """Read a CSV, a folder with manifest.csv, or MURA's tree; also returns whether it is the real MURA."""
    kind = kind_at(root)
    manifest = kind.read(
        kind.model.model_validate({"kind": kind.name, "root": root}), _CACHE, available_cores()
    )
    drawn = any((f / "phantom.json").is_file() for f in (manifest.root, manifest.root.parent))
    return manifest, kind.name == "mura" and not drawn


def convert_medmnist(npz: Path, out: Path) -> None:
    """Write images and manifest of a MedMNIST file and print where they are."""
    from benchmark.datasets.medmnist import from_medmnist

    say(f"manifest: {shown(from_medmnist(npz, out))}")
