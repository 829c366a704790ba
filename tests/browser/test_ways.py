from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

_DROP = """([name, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], name, { type: "text/csv" }));
  const drop = document.querySelector("[data-upload-drop]");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const how = { dataTransfer: held, bubbles: true, cancelable: true };
    drop.dispatchEvent(new DragEvent(kind, how));
  }
}"""


def sales(rows: int, first: int = 50_000) -> str:
    lines = ["order_id,date,email,product,sku,quantity,unit_price,place_of_sale"]
    lines += [
        f"{first + n},2025-10-{1 + n % 28:02} 10:00,guest{n % 50}@example.org,Loaf,L1,1,2.50,Fair"
        for n in range(rows)
    ]
    return "\n".join([*lines, f"{first + rows},someday,a@example.org,Loaf,L1,1,2.50,Fair", ""])


def test_a_dropped_file_goes_all_the_way(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/sources/new")
    tab.evaluate(_DROP, ["fair.csv", sales(3000)])
    tab.wait_for_url("**/sources/new/*/0")
    tab.wait_for_selector("#counts dl")
    with tab.expect_response("**/counts"):
        tab.get_by_label("place_of_sale").select_option(label="Channel")
    tab.wait_for_selector("#counts dl")
    assert "3,000" in tab.inner_text("#counts")
    tab.get_by_role("button", name="Import this").click()
    tab.wait_for_url("**/sources/*")
    tab.get_by_text("Rows read").wait_for(timeout=60_000)
    assert "3,001" in tab.inner_text("main")
    # Figures follow by themselves and the page says so.
    tab.get_by_text("See what it means for today").wait_for(timeout=60_000)
    tab.get_by_role("link", name="Mend row 3001").click()
    cell = tab.get_by_label("date", exact=True)
    cell.fill("still no day")
    tab.get_by_role("button", name="Land this row").click()
    tab.get_by_text("still cannot land").wait_for()
    tab.get_by_label("date", exact=True).fill("2025-10-30 10:00")
    tab.get_by_role("button", name="Land this row").click()
    tab.get_by_text("is mended and has landed").wait_for()
    # Leaving while a part is being fetched would be reported as a failed request.
    tab.get_by_text("See what it means for today").wait_for(timeout=60_000)
    tab.get_by_role("link", name="Undo this import").click()
    tab.get_by_role("button", name="Undo this import").click()
    tab.get_by_text("Nothing of it counts").wait_for()
    tab.locator(".state-busy").wait_for(state="detached", timeout=60_000)


def test_sending_shows_how_far_it_is(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/sources/new")
    # Held up on its way, so that the bar can be seen.
    tab.route("**/sources/new", lambda route: None)
    tab.evaluate(_DROP, ["fair.csv", sales(10)])
    bar = tab.locator("[data-upload-progress]")
    bar.wait_for(state="visible")
    assert bar.locator("progress").count() == 1


def test_what_could_not_be_sent_is_said(page: Any, passport: Any, shop: str) -> None:
    page.context.add_cookies(passport["cookies"])
    page.goto(f"{shop}/sources/new")
    page.route("**/sources/new", lambda route: route.fulfill(status=204))
    page.evaluate(_DROP, ["fair.csv", sales(10)])
    page.get_by_text("could not be sent").wait_for()


_FOCUSED = """() => {
  const one = document.activeElement;
  return { text: one.textContent, ring: getComputedStyle(one).outlineStyle };
}"""


def test_it_works_by_keyboard_alone(page: Any, shop: str) -> None:
    from tests.contract.world import OWNER, PASSWORD

    page.goto(f"{shop}/account/login?next=/people")
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_label("Email").focus()
    page.keyboard.type(OWNER)
    press("Tab")
    page.keyboard.type(PASSWORD)
    press("Enter")
    page.wait_for_url(f"{shop}/people")
    page.keyboard.type("chloe")
    page.get_by_text("1 person found").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    # In one question: the answer to the form may take the focus's element away between two.
    while (seen := page.evaluate(_FOCUSED))["text"] != "Chloe Dupont":
        press("Tab")
    assert seen["ring"] == "solid"
    press("Enter")
    page.wait_for_url("**/people/*")
    assert page.locator("h1").inner_text() == "Chloe Dupont"


def test_the_search_keeps_its_place_in_the_address(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/people")
    tab.get_by_label("Name, e-mail address").fill("ada")
    tab.get_by_text("1 person found").wait_for()
    tab.wait_for_url("**/people?q=ada")
    tab.reload()
    assert tab.get_by_role("link", name="Ada Lovelace").count() == 1


def test_every_way_is_open_without_scripts(
    chromium: Any, passport: Any, shop: str, tmp_path: Any
) -> None:
    context = chromium.new_context(java_script_enabled=False, storage_state=passport)
    page = context.new_page()
    path = tmp_path / "plain.csv"
    path.write_text(sales(20, 90_000).replace("place_of_sale", "sold_where"), encoding="utf-8")
    page.goto(f"{shop}/sources/new")
    page.set_input_files("#files", path)
    page.get_by_role("button", name="Hand them in").click()
    page.get_by_role("button", name="Count without importing").click()
    assert "21" in page.inner_text("#counts")
    page.get_by_role("button", name="Import this").click()
    page.get_by_text("Rows read").wait_for(timeout=60_000)
    page.get_by_role("link", name="Mend row 21").click()
    assert page.locator("h1").inner_text() == "Mend a row"
    page.goto(f"{shop}/people")
    page.fill("#q", "ada")
    page.get_by_role("button", name="Find").click()
    assert page.get_by_role("link", name="Ada Lovelace").count() == 1
    page.goto(f"{shop}/")
    page.locator("summary").first.click()
    assert page.locator("details[open]").count() == 1
    context.close()


def test_a_field_of_words_asks_for_no_choices(tab: Any, shop: str) -> None:
    tab.goto(f"{shop}/settings/fields")
    choices = tab.get_by_label("Choices, one a line")
    assert choices.is_hidden()
    tab.get_by_label("What it holds").select_option("One of several")
    assert choices.is_visible()
    choices.fill("Dog")
    tab.get_by_label("What it holds").select_option("Words")
    assert choices.is_hidden()
    tab.get_by_label("Name of the field").fill("Pet's name")
    tab.get_by_role("button", name="Make the field").click()
    tab.get_by_text("Pet's name").first.wait_for()


def test_less_motion_where_it_is_asked_for(tab: Any, shop: str) -> None:
    tab.emulate_media(reduced_motion="reduce")
    tab.goto(f"{shop}/patterns")
    length = tab.evaluate(
        "getComputedStyle(document.querySelector('.state-busy'), '::before').animationDuration"
    )
    assert float(length.removesuffix("s")) <= 0.001
