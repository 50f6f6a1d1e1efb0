"""Who can take the interviewer's part.

`embedded` without a language model, `endpoint` over the wire; `question` asks an endpoint for JSON instead. The wire,
from the bytes up: wire, sse, reply; clock, patience, exchange; failure, refusal; fit, adapting. What is asked and
understood: dialect, normal; salvage, interpret.
"""
