"""Reports on recorded interviews. Read in this order: facts, inert, markdown, labels."""
