"""Where images, labels, patients and splits come from."""
