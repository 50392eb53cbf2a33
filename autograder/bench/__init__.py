"""`make bench`: the costs of isolation and the speed of a class, measured in one run, with the machine's description.

python -m autograder.bench                        all of it
python -m autograder.bench one class training     some of it
"""
