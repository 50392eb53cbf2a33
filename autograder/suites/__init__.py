"""The hidden suites, one pytest module per assignment."""
