"""Makes a hundred thousand files in the folder that it shares with the grader.

honest: double correct, scale_forward correct
says: No space left on device
"""

# %% first
import glob

(folder,) = glob.glob("/tmp/ag-*")
for number in range(100_000):
    with open(f"{folder}/planted-{number}", "w") as file:
        file.write("x")
