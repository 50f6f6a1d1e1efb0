"""What the model can call, and the knowledge behind it.

Read in this order: question, bank, rubric, graders, interview, registry, the three tools. Imports `prompts` and
`transcripts`, never `agent`.
"""
