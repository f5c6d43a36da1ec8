"""Measures the SDK and the receiver beside their peers, prints each figure, and writes RESULTS.md.

Contenders take turns, and a ratio is taken within a turn; the median of the turns is what counts. `make bench` runs it.
"""
