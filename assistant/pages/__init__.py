"""The tabs of the page, one file each; with `ui.py` the only place that knows gradio."""
