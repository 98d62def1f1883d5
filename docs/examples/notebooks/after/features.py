import statistics


def drop_missing(rows):
    return [row for row in rows if row is not None]


def summary(rows):
    return statistics.median(clean(rows))
