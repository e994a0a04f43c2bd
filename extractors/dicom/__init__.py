"""DICOM files: read safely, checked before they are decoded, turned into stored values and their meaning."""
