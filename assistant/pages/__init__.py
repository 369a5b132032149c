"""The tabs of the page, one file each; with `ui.py` the only place that knows gradio."""

import os

os.environ.setdefault(
    "GRADIO_ANALYTICS_ENABLED", "False"
)  # read by gradio when it is imported: the page calls no other host
