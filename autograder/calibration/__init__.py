"""The library for calibrating thresholds of hidden suites; scripts and reports are with the assignments."""
