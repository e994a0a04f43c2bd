"""Constants of data sets, in a separate module so that using them does not import pandas."""

BY_IMAGE = "image"  # the protocol that splits by image: one patient may be in training and in test
BY_SITE = "site"  # the protocol that holds out one value of the manifest's column SITE
SITE = "site"
PROTOCOLS = ("official", "patient", BY_IMAGE, BY_SITE)
EVERY_PART = "all"
SPLITS_VERSION = 1  # raise it when subsets or splits hold different images
MATCHED_BY = ("accession_number", "study_uid", "image_uid")  # what a row of labels for DICOM files may name
