"""The interview as a running thing.

Read in this order: model, conversation, loop, models/embedded, terminal, commands/interview, commands/replay.
"""
