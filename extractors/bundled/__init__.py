"""The network that ships with the project: its architecture, its weights and how pixels enter it."""

from pathlib import Path

NAME = "bundled"
FILE = Path(__file__).with_name("resnet10t_formulas.safetensors")
NETWORK = "resnet10t"  # timm's
CHANNELS = (48, 96, 192, 384)
STEM = ""  # one 7 × 7 convolution
MEAN, STD = 0.5, 0.25  # of pixels in 0..1
