"""Who writes the words: language models behind one protocol."""
