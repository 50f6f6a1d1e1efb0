"""The interview as a running thing.

Read in this order: model, session, context, course, loop, models/embedded, candidate, terminal, hold,
commands/interview. The rooms in it:

models      who can take the interviewer's part: the embedded interviewer, or a model behind an endpoint
terminal    what the candidate sees and types
commands    one file a command, imported when it is called
record      what is done with a recorded interview: told again, verified, gone on with
player      a recorded interview played at a terminal
report      reports on recorded interviews
regrading   recorded answers graded again, in copies
check       whether an endpoint would do as an interviewer
"""
