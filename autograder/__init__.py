"""The grader of the sequence-models course. Its rooms, in the order in which a submission goes:

cli          what a person types, and the exit status they get
collect      what was handed in: one entry per student and assignment, from any platform's download
restore      one notebook, back in the form that was released
sandbox      a confined kernel that runs it, and a connection to that
agent        all of our code that the student's process loads
testing      what hidden tests are written with, and what runs them
grading      one submission in, one result out
batch        many submissions: in parallel, on Dask, resumable
gradebook    nbgrader's side: marks in, feedback and CSV out
reports      what people look at
validation   submissions whose marks are known beforehand, and the gate that has them graded
calibration  how a threshold and its error rate are measured
authoring    from solutions/ to assignments/
course       the course as data: assignments, cells, hand-outs, datasets, references
bench        what grading costs

Which room may import from which is written in pyproject.toml, [tool.importlinter].
"""
