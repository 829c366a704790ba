"""Writes the API's documents anew: ``python -m regulars.api docs/reference``"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
django.setup()

from regulars.api.documents import write  # noqa: E402  (models need the application)

write(Path(sys.argv[1]))
