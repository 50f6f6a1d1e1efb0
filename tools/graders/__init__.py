"""Graders: an answer and a question in, a Grade with quotes out.

Read in this order. Words: text, quantity, scope, glossary, windows. How far a line was said: phrases, align, stance,
overlap, features. What that is worth: calibration, reading, local. Quotes: evidence. A model's word: judging, judge,
entrance.
"""
