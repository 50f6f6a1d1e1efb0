"""A recorded interview played at a terminal.

Read in this order: frames, playhead, controls, footer, stage, player, playing.
"""
