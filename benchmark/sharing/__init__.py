"""Results that leave the machine: one file without pixels, patient ids or folders, and its way back in."""
