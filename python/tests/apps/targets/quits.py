"""Quits while it is imported, with a thread left behind."""

from __future__ import annotations

import sys
import threading

threading.Thread(target=threading.Event().wait).start()
sys.exit("no thanks")
