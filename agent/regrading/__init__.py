"""Recorded answers graded again, in copies. Read in this order: copies, staff, regrade."""
