"""All of the grader's code that the student's process loads. The folder is mounted as it is and imports nothing else
of the package."""
