"""Writing: facts to proven texts, answers and reports. It computes no number of its own."""
