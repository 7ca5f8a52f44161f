"""Grading a class: run submissions in a sandbox and let the trusted side judge what comes out."""
