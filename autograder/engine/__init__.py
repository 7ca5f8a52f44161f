"""Grades a class: helpers run and judge submissions, on this machine or a cluster; one writer keeps the gradebook."""
