"""A marker in every field that can hold one, brought in by the front door: gone after erasing.

The fields are found by looking at the models: one that is added is either marked or given a reason
here, and a reason that is not true any more fails as well.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from regulars.accounts.models import Member
from regulars.jobs.performing import drain
from regulars.profiles import erasure
from tests.profiles.marking import LOW, MARK, NAME, Door, bring
from tests.world import open_shop

pytestmark = [pytest.mark.sqlite_only, pytest.mark.django_db(transaction=True)]
# The spellings that stand in the world: whatever holds one of them holds the person.
TRACES = (LOW, "7700955321", "7700 955321")
CODE = "One of a few words of ours."
NUMBERS = "Numbers of rows, and words of ours."
MACHINE = "Made by the program of random numbers, or as a keyed hash."
LETTER = "Letters go to members, and name no customer: they count them."
# Table → field → why nothing that anybody says can come to stand in it.
CANNOT: dict[str, dict[str, str]] = {
    "jobs_job": {
        "name": CODE, "arguments": NUMBERS, "unique_key": NUMBERS, "leased_by": MACHINE,
        "failure": "Says what went wrong, not with whom.",
    },
    "jobs_outboxmessage": {
        "purpose": CODE, "occasion": CODE, "recipient": LETTER, "sender_name": LETTER,
        "subject": LETTER, "text": LETTER, "html": LETTER, "pictures": LETTER, "headers": LETTER,
        "message_id": MACHINE, "state": CODE, "held_for": CODE, "leased_by": MACHINE,
        "problem": "What the mail server answered about a member's address.",
    },
    "accounts_auditentry": {"face": CODE, "verb": CODE, "subject": "Numbers of what was touched."},
    "sources_import": {
        "fingerprint": MACHINE, "kind": CODE, "recognised_as": CODE, "shape": CODE,
        "mapping": "Names of columns; a file without any has them numbered.",
        "notes": "Sentences of ours with counts.", "reasons": CODE, "unusable": NUMBERS,
        "remarks": NUMBERS, "failure": "Says what went wrong, not with whom.",
    },
    "sources_quarantinedrow": {"reason": CODE, "resolution": CODE},
    "sources_identifier": {"kind": "Which vendor's number it is."},
    "sources_doubt": {"kind": CODE, "reason": CODE},
    "sources_order": {"currency": CODE, "status": CODE},
    "sources_orderline": {"kind": CODE},
    "sources_customerrecord": {"origin": CODE, "consents": "Yes or no, by which column, and when."},
    "sources_booking": {"status": CODE, "currency": CODE},
    "sources_intakerecord": {
        "digest": MACHINE, "kind": CODE, "reason": CODE, "resolution": CODE,
    },
    "identity_blockedvalue": {"kind": CODE},
    "identity_link": {"evidence": NUMBERS},
    "identity_decision": {
        "word": CODE, "by": CODE, "evidence": "How alike each thing is, without the things.",
    },
    "identity_ending": {"kind": CODE},
    "identity_proposal": {"evidence": "How alike each thing is, without the things."},
    "profiles_counterentry": {"kind": CODE},
    "profiles_personfile": {"digest": MACHINE},
    "profiles_relation": {"kind": CODE},
    "profiles_look": {"face": CODE, "what": CODE},
    "profiles_formsubmission": {
        "language": CODE, "consent_wording": "The business's own words, of its form.",
        "held_why": CODE, "once": MACHINE, "content": MACHINE,
    },
    "profiles_typedtrait": {"name": "Which field it is."},
    "profiles_typedconsent": {"channel": CODE, "purpose": CODE, "state": CODE},
    "profiles_bulkedit": {"verb": CODE, "chosen": NUMBERS},
    "profiles_card": {"allows": CODE},
    "profiles_enrichedplace": {
        "postcode": "Of others' tables.", "values": "What others publish of a place.",
    },
    "insights_score": {"segment": CODE},
    "insights_outlook": {"made_by": CODE, "facts": NUMBERS},
    "insights_decision": {
        "key": CODE, "kind": CODE, "what": CODE, "reason": CODE,
        "shown": "Sentences of ours with counts.",
    },
}  # fmt: skip


@pytest.fixture
def door(data_folder: Path, client: Any) -> Door:
    open_shop()
    client.force_login(
        Member.objects.get(role="owner"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return Door(client)


def wordy() -> Iterator[tuple[Any, str]]:
    """Every field that can hold words, of every table that holds people."""
    texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField,
             models.FileField)  # fmt: skip
    tables = {one.table for one in erasure.handlers()}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table in tables:
            yield from (
                (model, field.name)
                for field in model._meta.get_fields()
                if isinstance(field, texts)
            )


def holds(value: object) -> bool:
    said = json.dumps(value, default=str, ensure_ascii=False).lower()
    return any(trace in said for trace in TRACES)


def marked() -> set[str]:
    return {
        f"{model._meta.db_table}.{name}"
        for model, name in wordy()
        if any(map(holds, model._default_manager.values_list(name, flat=True)))
    }


def rows_left() -> list[str]:
    """Every row of every table, those of people and all others, in which a trace still stands."""
    return [
        f"{model._meta.db_table}: {row}"
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values()
        if holds(row)
    ]


# In a process of its own: closing SQLite's files gives up the locks of the process that reads them.
# What is packed is searched unpacked as well: columns of the mart, archives, what was zipped.
_READ = """
import gzip, json, sys, zipfile
from pathlib import Path
import duckdb

traces, folders = json.loads(sys.argv[1])
found = []

def look(where, content):
    found.extend(f"{where}: {one}" for one in traces if one.encode() in content.lower())

for path in sorted(one for folder in folders for one in Path(folder).rglob("*") if one.is_file()):
    content = path.read_bytes()
    look(path.name, content)
    if content[:4] == b"PAR1":
        for row in duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall():
            look(path.name, repr(row).encode())
    if content[:2] == bytes([31, 139]):
        look(path.name, gzip.decompress(content))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                look(f"{path.name}/{name}", packed.read(name))
print(json.dumps([len(found), sorted(set(found))]))
"""


def files_left(*folders: Path) -> list[str]:
    asked = json.dumps([TRACES, [str(folder) for folder in folders]])
    told = subprocess.run(
        [sys.executable, "-c", _READ, asked], capture_output=True, text=True, check=True
    )
    return list(json.loads(told.stdout)[1])


def test_a_marker_in_every_field_of_every_model_is_gone(door: Door, data_folder: Path) -> None:
    person = bring(door)
    reasons = {f"{table}.{name}" for table, fields in CANNOT.items() for name in fields}
    every = {f"{model._meta.db_table}.{name}" for model, name in wordy()}
    assert every - marked() - reasons == set(), "neither marked nor given a reason"
    assert marked() & reasons == set(), "it can after all"
    assert reasons - every == set(), "there is no such field"
    folders = (Path(connection.settings_dict["NAME"]).parent, data_folder)
    before = files_left(*folders)
    names = [one.partition(":")[0] for one in before]
    # What was written last may stand in the database's log alone.
    assert any(".sqlite3" in name for name in names), before
    # The last is a person's own file, kept under its digest.
    assert {Path(name).suffix for name in names} >= {".parquet", ".csv", ""}, before
    given = door.client.get(f"/people/{person}/export").content
    with zipfile.ZipFile(io.BytesIO(given)) as packed:
        tables = json.loads(packed.read("data.json"))["tables"]
        assert MARK in packed.read("index.html").decode()
    assert marked_tables() - set(tables) == NOT_GIVEN_OUT
    door.send(f"/people/{person}/erase", why=f"{NAME} asked", sure="yes")
    drain()
    assert rows_left() == []
    assert files_left(*folders) == []


# The team's own: what they searched for is nobody's data, though it is cleared of names.
NOT_GIVEN_OUT = {"profiles_savedview"}


def marked_tables() -> set[str]:
    return {one.partition(".")[0] for one in marked()}
