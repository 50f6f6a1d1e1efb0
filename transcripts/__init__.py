"""The record of an interview: its events, how they are written and how they are read.

Read in this order: errors, private, grade, event, turns, events, reader, lock, recorder. describe makes README.md.
Imports nothing else of ours.
"""
