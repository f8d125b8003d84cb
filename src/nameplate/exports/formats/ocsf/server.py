"""The server's own life, what it found, and the checkpoints of its journal."""

from nameplate.domain.findings import Severity

from .classes import BASE_EVENT, EVENT_LOG, FINDING, LIFECYCLE, known, other
from .event import HOST, SUCCESS, Draft
from .identities import ordered_by, record_device, record_user
from .values import Record, number, present, text


def started(record: Record) -> list[Draft]:
    """Application Lifecycle: Start."""
    return [_life(record, 3, "started")]


def stopped(record: Record) -> list[Draft]:
    """Application Lifecycle: Stop."""
    return [_life(record, 4, "stopped")]


def checkpoint(record: Record) -> list[Draft]:
    """The signed note goes along whole, so that a copy of what the journal said lies outside."""
    rest = {"log_name": "journal", "log_type_id": 2, "log_type": "Application", **SUCCESS}
    rest |= present(raw_data=text(record, "note"))
    return [
        Draft(other(EVENT_LOG, "Checkpoint"), Severity.INFO, "The journal was sealed with a signed checkpoint", rest)
    ]


def node_key(record: Record) -> list[Draft]:
    """Which key follows which, signed by the former: whoever holds a copy knows whose checkpoints come next."""
    rest = {"log_name": "journal", "log_type_id": 2, "log_type": "Application", "actor": ordered_by(record), **SUCCESS}
    step, signature = text(record, "step"), text(record, "signature")
    rest |= present(raw_data=f"nameplate key {step}\n{signature}\n" if step and signature else "")
    rest |= present(unmapped=present(reason=text(record, "reason")))
    message = "Another key signs the journal from here on"
    return [Draft(other(EVENT_LOG, "Hand over"), Severity.MEDIUM, message, rest)]


def sink_test(record: Record) -> list[Draft]:
    """Somebody looks whether events arrive."""
    message = f"Test event for sink {text(record, 'sink') or 'unknown'}: nothing has happened"
    rest = {"actor": ordered_by(record), **SUCCESS}
    return [Draft(other(BASE_EVENT, "Sink test"), Severity.INFO, message, rest, profiles=(HOST,))]


def journal_cut(record: Record) -> list[Draft]:
    """Records that a checkpoint had promised are gone."""
    rest = _finding("journal_cut", "Records were cut off the journal", "")
    rest["unmapped"] = present(lost_first=number(record, "lost_first"), lost_last=number(record, "lost_last"))
    return [Draft(known(FINDING, 1), Severity.CRITICAL, "Records were cut off the journal", rest)]


def restored(record: Record) -> list[Draft]:
    """From here on the journal is another one: what its node did after the backup is known from copies only."""
    rest = _finding("restored", "The journal was restored from a backup", "Actors that were active are held.")
    members = ("former", "node", "backed_up_at", "by", "evidence_until")
    rest["unmapped"] = present(records=number(record, "records"), **{name: text(record, name) for name in members})
    return [Draft(known(FINDING, 1), Severity.HIGH, "The journal was restored from a backup", rest)]


def finding(record: Record) -> list[Draft]:
    """What somebody should look at. A severity that is not in our table counts as high."""
    name, sentence = text(record, "finding") or "unknown", text(record, "text")
    given = text(record, "severity")
    severity = Severity(given) if given in set(Severity) else Severity.HIGH
    rest = _finding(name, name.replace("_", " ").capitalize(), sentence)
    place = text(record, "door")
    rest |= present(device=record_device(record))
    if text(record, "actor"):
        rest["actor"] = {"user": record_user(record)}
    if place:
        rest["resources"] = [{"uid": f"door:{place}", "type": "Door", "role_id": 3, "role": "Affected"}]
    return [Draft(known(FINDING, 1), severity, sentence or name, rest, text(record, "decision_id"), (HOST,))]


def _finding(name: str, title: str, sentence: str) -> dict[str, object]:
    info = {"title": title, "types": [name], **present(desc=sentence)}
    return {"finding_info": info, "status_id": 1, "status": "New", "is_alert": True}


def _life(record: Record, activity: int, word: str) -> Draft:
    node = text(record, "node")
    app = {"name": "Nameplate", "vendor_name": "Nameplate", **present(version=text(record, "version"), uid=node)}
    rest = {"app": app, **SUCCESS, **present(unmapped=present(pid=number(record, "pid")))}
    return Draft(known(LIFECYCLE, activity), Severity.INFO, f"Nameplate {word}", rest)
