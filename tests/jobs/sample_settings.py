"""The settings with one more app, whose jobs leave marks."""

from regulars.config.settings import *  # noqa: F403
from regulars.config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.jobs.sample"]
