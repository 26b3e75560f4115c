"""How long something takes, as a person says it."""


def duration(seconds: float) -> str:
    """ "less than a minute", "4 minutes", "2 hours"; rounded first, so that it is never "60 minutes"."""
    if seconds < 60:
        return "less than a minute"
    for unit, size, enough in (("minute", 60, 60), ("hour", 3600, 24)):
        n = round(seconds / size)
        if n < enough:
            return _counted(n, unit)
    return _counted(round(seconds / 86400), "day")


def _counted(n: int, unit: str) -> str:
    return f"{n} {unit}" + ("" if n == 1 else "s")
