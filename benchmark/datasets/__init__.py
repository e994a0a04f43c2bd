"""Read data sets: images, labels, patients and splits."""
