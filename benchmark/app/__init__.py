"""`benchmark app`: a page on this machine that judges uploaded studies by kept models."""
