"""What is done with a recorded interview.

Read in this order: retell, rerun, inputs, model, changes, verify, verify_all, resume.
"""
