"""Graders: an answer and a question in, a Grade with quotes out.

Read in this order: text (words, clauses, stance), evidence (quotes), local (the grader without a model).
"""
