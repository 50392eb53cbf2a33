"""`make bench`: what isolation costs and what a class takes, measured in one run, with the machine's description.

python -m autograder.bench                        all of it
python -m autograder.bench one class training     some of it
"""
