"""The hand-crafted descriptors by name, for those who must not import scikit-image to know them."""

DESCRIPTOR_NAMES = ("edges", "hog", "lbp", "glcm", "combined")
DESCRIPTOR_VERSION = 1  # raise it when any descriptor gives other numbers
