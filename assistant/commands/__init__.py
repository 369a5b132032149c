"""The command line: words in, the assistant called, results shown. It computes nothing and writes no sentence of its own."""
