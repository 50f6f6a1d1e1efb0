"""Who can take the interviewer's part.

`embedded` without a language model, `recorded` from a transcript, `endpoint` over the wire. The wire, from the
bytes up: wire, sse, reply; clock, patience; failure, refusal. What is asked and understood: fit, dialect, normal;
salvage, interpret.
"""
