"""Finding: texts to vectors, vectors to the nearest products, passages and customers. It writes no sentence."""
