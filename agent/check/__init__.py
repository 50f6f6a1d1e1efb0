"""Whether an endpoint would do as an interviewer.

Read in this order: play, observe, giveaway, conduct, fitness, report, table.
"""
