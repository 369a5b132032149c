"""The Gradio page of a shop, started by `python ui.py [DATA]` as by `shopkeeper ui [DATA]`.

It shows; its tabs are in `assistant/pages`. Nothing is built at import, and it computes nothing.
"""

from __future__ import annotations

from assistant.pages.page import application, build, serve

__all__ = ["application", "build", "serve"]

if __name__ == "__main__":
    import sys

    from assistant.commands.app import main

    sys.argv = [sys.argv[0], "ui", *sys.argv[1:]]
    main()
