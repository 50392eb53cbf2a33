"""The grader of the sequence-models course."""
