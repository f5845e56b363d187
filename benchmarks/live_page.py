"""A browser that follows an incident: how long until a person could see what happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

from benchmarks.chromium import FLAGS, find


@asynccontextmanager
async def following(host: str, incident_id: str, session: str) -> AsyncIterator[Page]:
    """Open a page that follows the incident with a session's cookie; yield it once it caught up."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        try:
            context = await browser.new_context()
            name, _, value = session.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": f"http://{host}"}])
            page = await context.new_page()
            await page.goto(f"http://{host}/following#{incident_id}")
            await page.wait_for_function("document.title === 'caught up'")
            yield page
        finally:
            await browser.close()


async def latencies_ms(page: Page, count: int) -> list[float]:
    """Return how long each event took to change the page, once so many have."""
    await page.wait_for_function(f"seen.length >= {count}")
    found: list[float] = await page.evaluate("seen")
    return found
