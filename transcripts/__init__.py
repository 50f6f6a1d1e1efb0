"""The record of an interview: its events, how they are written and how they are read.

Read in this order: errors, grade, events, recorder, reader. Imports nothing else of ours.
"""
