"""People come in and go out, and every page can be used by everybody."""

import pytest
from platform_process import ADMIN
from playwright.sync_api import Browser, expect
from scene import OpenScene, Scene
from visitor import Enter, Person, Visitor, let_in, visiting

pytestmark = pytest.mark.e2e

PAGES = ("/", "/incidents", "/decisions", "/audit", "/settings", "/clusters/default", "/nowhere")
PASSWORD = "a long walk before breakfast"  # noqa: S105 - of a person we make up

NAMELESS = """() => {
  const nameOf = (one) => (
    one.getAttribute("aria-label") || one.getAttribute("title") || one.innerText ||
    one.textContent || [...(one.labels ?? [])].map((label) => label.textContent).join("") ||
    (one.getAttribute("aria-labelledby") ?? "").split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "").join("")
  ).trim();
  const usable = "button, a, input, select, textarea, [role=button], [role=link], dialog, nav, table";
  return [...document.querySelectorAll(usable)]
    .filter((one) => !nameOf(one)).map((one) => one.outerHTML.slice(0, 120));
}"""
FAULTS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const faults = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice: #${id}`);
  if (document.querySelectorAll("h1").length !== 1) faults.push("there is not one h1");
  if (document.querySelectorAll("main").length !== 1) faults.push("there is not one main");
  if (!document.documentElement.lang) faults.push("the language is not named");
  if (!document.title) faults.push("there is no title");
  for (const one of document.querySelectorAll("[onclick], [style*='javascript'], img:not([alt])"))
    faults.push(one.outerHTML.slice(0, 120));
  for (const one of document.querySelectorAll("div, span, li, tr"))
    if (one.tabIndex >= 0 && !one.getAttribute("role") && one.id !== "content")
      faults.push(`can be reached but says not what it is: ${one.outerHTML.slice(0, 120)}`);
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 1) faults.push(`${wide} px wider than the window`);
  return faults;
}"""


@pytest.fixture(scope="module")
def scene(open_shared_scene: OpenScene) -> Scene:
    return open_shared_scene(2)


def test_who_registers_sees_nothing_until_an_administrator_gives_a_role(
    scene: Scene, browser: Browser, enter: Enter
) -> None:
    new = Person("ria", PASSWORD)
    with visiting(browser, scene.platform.url) as visitor:
        page = visitor.page
        visitor.go("/")
        page.get_by_role("button", name="Register").click()
        page.get_by_label("Name", exact=True).fill(new.name)
        page.get_by_label("Password").fill(new.password)
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_role("status")).to_contain_text("no role yet")
        page.get_by_role("button", name="Back to sign in").click()
        page.get_by_label("Name", exact=True).fill(new.name)
        page.get_by_label("Password").fill(new.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("role")

        ada = enter(scene, "ada", "admin")
        ada.go("/settings")
        ada.page.get_by_role("combobox", name="Role of ria").select_option("responder")
        expect(ada.page.get_by_role("row").filter(has_text="ria")).not_to_contain_text("waits")

        visitor.sign_in(new)
        person = page.get_by_role("button", name="ria")
        expect(person).to_contain_text("responder")


def test_signing_out_in_one_tab_ends_the_session_in_the_other(scene: Scene, enter: Enter) -> None:
    sam = enter(scene, "sam", "viewer")
    other = sam.context.new_page()
    other.goto("/incidents")
    expect(other.get_by_role("heading", level=1)).to_be_visible()

    other.get_by_role("button", name="sam").click()
    other.get_by_role("button", name="Sign out").click()

    for page in (other, sam.page):
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=40_000)
    answer = sam.ask("GET", "/api/v1/incidents")
    assert answer["status"] == 401


def test_who_is_shut_out_is_out_at_once(scene: Scene, enter: Enter) -> None:
    tom = let_in(scene.platform, "tom", "admin")
    visitor = enter(scene, tom)
    users = scene.platform._ask("GET", "/api/v1/users", ADMIN).json()["users"]
    (id_,) = [user["id"] for user in users if user["name"] == "tom"]

    answer = scene.platform._ask("PATCH", f"/api/v1/users/{id_}", ADMIN, json={"disabled": True})

    assert answer.status_code == 200, answer.text
    heading = visitor.page.get_by_role("heading", name="Sign in")
    expect(heading).to_be_visible(timeout=40_000)


def test_every_page_has_names_for_what_can_be_used_and_fits_every_window(
    scene: Scene, enter: Enter
) -> None:
    ann = enter(scene, "ann", "admin")
    found: dict[str, list[str]] = {}
    for width in (1600, 390, 360):
        ann.page.set_viewport_size({"width": width, "height": 844})
        for path in PAGES:
            faults = _faults(ann, path)
            if faults:
                found[f"{path} at {width}"] = faults

    assert found == {}


def test_everything_can_be_reached_with_the_keyboard(scene: Scene, enter: Enter) -> None:
    kim = enter(scene, "kim", "viewer")
    kim.go("/incidents")
    expect(kim.page.get_by_role("heading", level=1)).to_be_visible()

    reached = []
    for _ in range(12):
        kim.page.keyboard.press("Tab")
        reached.append(kim.page.evaluate("document.activeElement.textContent.trim()"))

    assert reached[0] == "Skip to the page"
    assert {"Overview", "Incidents", "Audit", "Settings"} <= set(reached)
    stop = kim.page.get_by_role("button", name="Emergency stop")
    stop.focus()
    kim.page.keyboard.press("Enter")
    expect(kim.sees("dialog", "Stop all writing")).to_contain_text("role approver")
    kim.page.keyboard.press("Escape")
    expect(stop).to_be_focused()


def _faults(visitor: Visitor, path: str) -> list[str]:
    visitor.go(path)
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    faults: list[str] = page.evaluate(FAULTS)
    nameless: list[str] = page.evaluate(NAMELESS)
    return faults + [f"has no name: {one}" for one in nameless]
