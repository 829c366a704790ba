from __future__ import annotations

import threading
from pathlib import Path

from regulars.config.starting import being_prepared, wait_until_prepared


def test_who_waits_goes_on_once_all_is_prepared(data_folder: Path) -> None:
    wait_until_prepared()
    waiting = threading.Thread(target=wait_until_prepared)
    with being_prepared():
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join(30)
    assert not waiting.is_alive()
