"""The network that is installed with the project: architecture, weights file and normalisation."""

from pathlib import Path

NAME = "bundled"
FILE = Path(__file__).with_name("resnet10t_formulas.safetensors")
NETWORK = "resnet10t"  # timm's
CHANNELS = (48, 96, 192, 384)  # chosen by hand: 3/4 of a ResNet's usual widths
STEM = ""  # one 7 × 7 convolution
MEAN, STD = 0.5, 0.25  # of pixels in 0..1; chosen by hand
