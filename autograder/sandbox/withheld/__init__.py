"""What of the course's own code a student's process may see while a class is graded.

The trusted side makes a second tree of our packages (`tree`): questions without their answers, and a library in which
each graded reference is a stub (`redacted`). A definition is lent (`bundles`) once nothing that it reveals is still to
be asked. `sandbox.lending` is the other end, inside.
"""
