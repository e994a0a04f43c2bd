"""Fine-tuning: pixels in, probabilities out, the backbone's weights changed."""
