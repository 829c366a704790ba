"""Reviews as a file of them holds, some answered, in several scales and scripts."""

from __future__ import annotations

from pathlib import Path

HEAD = "review_id,date,rating,best,text,author,reply,replied_at,place,email"
REVIEWS = (
    "r1,2025-11-28 12:10,5,5,Best sourdough for miles.,Ada Lovelace,Thank you! See you soon.,"
    "2025-11-29 09:00,High Street,adalovelace@example.org",
    "r2,2025-11-27 08:40,2,5,Queued fifteen minutes before my train.,Sam,,,Market,",
    "r3,2025-11-20 18:00,4,5,Très bon pain mais un peu cher.,Chloé,,,High Street,",
    "r4,2025-11-19 10:00,5,5,,Noor,,,High Street,",
    "r5,2025-11-02 10:00,9,10,أفضل خبز في المدينة,سلمى,,,Market,",
    "r6,2025-10-11 10:00,1,5,<b>My order was wrong twice.</b>,,We are sorry; please write to us.,"
    "2025-10-12 10:00,Market,",
    "r7,2024-01-11 10:00,3,5,Fine for a quick bite.,Old Jo,,,Market,",
)


def write_reviews(path: Path, lines: tuple[str, ...] = REVIEWS) -> Path:
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return path


def import_reviews(path: Path, lines: tuple[str, ...] = REVIEWS) -> int:
    """Import them through the front door; the number of the import."""
    from regulars.accounts import actors
    from regulars.sources import imports

    changes = {
        "record_id": "review_id", "rating_max": "best", "reply_text": "reply",
        "replied_at": "replied_at", "author": "author", "email": "email", "text": "text",
        "rating": "rating", "place": "place",
    }  # fmt: skip
    (run,) = imports.import_file(
        actors.owner("cli"), write_reviews(path, lines), kind="reviews", changes=changes,
        is_confirmed=True,
    )  # fmt: skip
    return int(run.pk)
