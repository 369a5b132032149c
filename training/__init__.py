"""The adapter of the embedded model: its corpus from our own wording, its training, its card. The product never imports it."""
