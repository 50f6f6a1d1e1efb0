"""Reports on recorded interviews.

Read in this order: facts, inert, answer, wording, markdown, charts, html, labels.
"""
