"""Reports on recorded interviews.

Read in this order: turns, facts, inert, answer, wording, markdown, charts, html, labels.
"""
