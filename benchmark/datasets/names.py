"""The words of data sets, for those who must not import pandas to know them."""

PROTOCOLS = ("official", "patient", "image")
EVERY_PART = "all"
SPLITS_VERSION = 1  # raise it when a subset or a split holds other images
