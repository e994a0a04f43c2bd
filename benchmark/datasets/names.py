"""Constants of data sets, in a module of their own so that using them does not import pandas."""

BY_IMAGE = "image"  # the protocol that splits by image: one patient may be in training and in test
PROTOCOLS = ("official", "patient", BY_IMAGE)
EVERY_PART = "all"
SPLITS_VERSION = 1  # raise it when a subset or a split holds other images
