"""The system's Chromium, driven from outside."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import FLAGS, find


@contextmanager
def running() -> Iterator[Browser]:
    """Run a browser; every window it opens is fresh."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
