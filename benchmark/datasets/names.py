"""The words of data sets, for those who must not import pandas to know them."""

BY_IMAGE = "image"  # the protocol in which patients leak
PROTOCOLS = ("official", "patient", BY_IMAGE)
EVERY_PART = "all"
SPLITS_VERSION = 1  # raise it when a subset or a split holds other images
