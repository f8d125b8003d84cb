"""Hours of grants and calendars in plain English."""

from .contracts import During, Scheduled, Window

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def during_text(during: During) -> str:
    """An entry of `during`, in words."""
    exceptions = f" but for {listed(during.exceptions, 'and')}" if during.exceptions else ""
    if isinstance(during, Scheduled):
        return f"within the hours of {during.schedule}{exceptions}"
    return f"{_window_text(during)}{exceptions}"


def _window_text(window: Window) -> str:
    return f"{_days_text(window.days)} {clock_text(window.start)}-{clock_text(window.end)} ({window.timezone})"


def _days_text(days: tuple[int, ...]) -> str:
    first, last = min(days), max(days)
    if len(set(days)) == len(DAYS):
        return "every day"
    if last - first >= 2 and len(set(days)) == last - first + 1:
        return f"{DAYS[first]} to {DAYS[last]}"
    return listed([DAYS[day] for day in sorted(set(days))], "and")


def clock_text(minute: int) -> str:
    """`06:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def listed(items: list[str] | tuple[str, ...], word: str) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = items or ("",)
    return f"{', '.join(most)} {word} {last}" if most else last
