"""The grader graded: on the answers of its own specs, on mutants of its references, on answers written blind."""
