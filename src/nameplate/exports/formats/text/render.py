"""OCSF event -> what happened, where, since when, and what to do. The first line is the subject of a mail."""

from collections.abc import Iterator

from nameplate.exports.members import Members, pick

CLIP = 1000
ADVICE = {
    "door_forced": "Go there, or look: it opened without a permit.",
    "door_held": "See what keeps it open, and close it.",
    "tamper": "Look at the reader: somebody has opened it or taken it off the wall.",
    "secure_channel_lost": "Check reader and line: it has another key, or somebody is on the wire.",
    "reports_lost": "The record has a gap: see the log of the point.",
    "cloned_key": "Quarantine the actor, then enrol its unit again: nameplate actor quarantine.",
    "journal_failed": "Free space on the disk or mend it: until then everything is denied.",
    "journal_cut": "Hold the journal against a checkpoint kept outside: nameplate journal verify --checkpoint FILE.",
    "clock_step": "Check the time source of the server: time windows follow its clock.",
    "sink_test": "Nothing: this was a test.",
}
KEPT = {
    "checkpoint": "Keep this: nameplate journal verify --checkpoint FILE holds the journal against the note below.",
    "node_key": "Note the new key beside the former one. If you have not ordered this, ask who has.",
}
"""What to do with evidence, which follows whole."""
USUAL = "Look at what happened: nameplate journal tail."


def render(event: Members, limit: int) -> bytes:
    """Lines of text, of at most `limit` bytes together."""
    text = "\n".join([_line(_subject(event)), "", *(_line(each) for each in _lines(event))])
    note = pick(event, "raw_data").split("\n")
    whole = "\n".join([text, "", *(_line(each) for each in note)])
    # A note that is cut proves nothing.
    if note != [""] and max(map(len, note)) <= CLIP and len(whole.encode()) <= limit:
        return whole.encode()
    return text.encode()[:limit].decode(errors="ignore").encode()


def _subject(event: Members) -> str:
    title = pick(event, "finding_info.title") or pick(event, "message")
    place = pick(event, "resources.uid", "dst_endpoint.uid", "entity.uid", "unmapped.point")
    state = pick(event, "status") if pick(event, "activity_name") in ("Update", "Close") else ""
    about = f"{title}: {place}" if place and place not in title else title
    return f"[{pick(event, 'severity') or 'Unknown'}] {about}" + (f" ({state.lower()})" if state else "")


def _lines(event: Members) -> Iterator[str]:
    yield f"What:    {pick(event, 'finding_info.desc', 'message')}"
    place = pick(event, "resources.uid", "dst_endpoint.uid", "entity.uid")
    where = ", ".join(filter(None, (place, pick(event, "unmapped.site"), pick(event, "unmapped.point"))))
    yield f"Where:   {where or 'not at one place'}"
    who, unit = pick(event, "actor.user.uid", "user.uid"), pick(event, "actor.user.uid_alt", "device.uid")
    if who:
        yield f"Who:     {who}" + (f" ({unit})" if unit and unit != who else "")
    yield f"When:    {pick(event, 'metadata.original_time')} (UTC)"
    yield f"To do:   {_advice(event)}"
    yield f"Event:   {pick(event, 'metadata.uid')}"


def _advice(event: Members) -> str:
    decision = pick(event, "metadata.correlation_uid")
    known = ADVICE.get(pick(event, "finding_info.types")) or KEPT.get(pick(event, "metadata.event_code"))
    if known:
        return known
    is_decision = pick(event, "metadata.event_code") == "decision" and decision
    return f"See why: nameplate decision explain {decision}." if is_decision else USUAL


def _line(text: str) -> str:
    """One line, free of what could command a terminal or a mail program."""
    return "".join(each if each.isprintable() else " " for each in text)[:CLIP]
