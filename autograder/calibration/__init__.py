"""Where the thresholds of the hidden suites come from: scripts, and their output beside them."""
