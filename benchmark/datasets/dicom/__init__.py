"""A folder of DICOM files as a data set: headers, labels from a CSV, and identifiers replaced by digests."""
