"""Radiograph-like images that the project draws itself, laid out as MURA."""
