"""`python -m autograder`: the same as the console script `autograder`."""

from autograder.cli.app import main

main()
