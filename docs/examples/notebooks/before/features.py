import statistics


def clean(rows):
    return [row for row in rows if row is not None]


def summary(rows):
    return statistics.mean(clean(rows))
