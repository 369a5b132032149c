"""How a text comes about and why it may leave: facts, wordings, plan, proof, draft."""
