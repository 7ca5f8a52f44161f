"""The trusted side of grading a class: what was handed in, rebuilt, run in the sandbox and judged, job by job."""
