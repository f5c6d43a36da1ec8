"""What is printed also goes into the report, and so does the verdict on each bar."""

import re
import statistics
import sys


class Report:
    def __init__(self):
        self.lines = []
        # The bars that were not kept, or not measured.
        self.broken = []

    def add(self, *lines):
        for line in lines:
            print(line, flush=True)
            self.lines.append(line)

    def table(self, header, rows):
        rows = [[str(cell) for cell in row] for row in rows]
        columns = list(zip(header, *rows))
        widths = [max(3, *map(len, column)) for column in columns]
        # Numbers stand on the right, words on the left.
        numeric = [all(re.fullmatch(r"[-\d.,–]*", cell) for cell in column[1:]) for column in columns]

        def line(cells):
            padded = [c.rjust(w) if n else c.ljust(w) for c, w, n in zip(cells, widths, numeric)]
            return "| " + " | ".join(padded) + " |"

        rule = ["-" * (w - 1) + ":" if n else "-" * w for w, n in zip(widths, numeric)]
        self.add("", line(header), "| " + " | ".join(rule) + " |", *map(line, rows), "")

    def bar(self, what, value, at_most=None, at_least=None):
        """Says whether a figure keeps a bar. A figure that is not there does not."""
        bound = f"at most {at_most:.3g}" if at_least is None else f"at least {at_least:.3g}"
        if value is None:
            self.verdict(f"The bar: {what}, {bound}. It was not measured", False)
        else:
            kept = value <= at_most if at_least is None else value >= at_least
            self.verdict(f"The bar: {what}, {bound}. It is {value:.3g}", kept)

    def verdict(self, sentence, kept):
        self.add(f"{sentence}: {'kept' if kept else 'NOT KEPT'}.", "")
        if not kept:
            self.broken.append(sentence)

    def aim(self, what, value, at_least):
        """A figure to get to, which no run fails for."""
        if value is not None:
            reached = "reached" if value >= at_least else "not reached"
            self.add(f"The aim: {what}, at least {at_least:.3g}. It is {value:.3g}: {reached}.", "")

    def text(self):
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines).strip() + "\n")


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def counted(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def median_ratio(ours, theirs):
    return statistics.median(a / b for a, b in zip(ours, theirs))
