"""Who writes the words: language models behind one protocol. What they write is not proven until the proof has read it."""

from assistant.llm.protocol import LLM, ModelError

__all__ = ["LLM", "ModelError"]
