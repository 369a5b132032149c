"""Words: prompts and the wording book, texts a shop owner can read and change. It holds no logic of the shop."""
