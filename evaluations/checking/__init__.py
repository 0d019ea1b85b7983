"""The second way: facts, points, months and sums made again slowly, to hold the quick way against.

`facts`, `points` and `months` each mirror one step of the line; `links` compares them with what is stored, step by step.
"""
