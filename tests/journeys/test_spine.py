"""One labeling request travels the whole way, in a real browser, by seven people.

A requester files in French; the owner triages, plans and imports; another approves; two annotators
label with the keyboard only; the QA lead settles their disagreement; the owner releases; the
requester downloads the qrels and accepts; the return shows.
"""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from touchstone.apps.guidelines.operations import seed_task_types
from touchstone.apps.markets.operations import seed_markets
from touchstone.apps.people import operations as people
from touchstone.apps.people.policies import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PASSWORD = "only-for-this-journey-7"
KEY = "recettes-fr"
QUERIES = ("tarte aux pommes", "pain au levain", "soupe à l'oignon", "riz au lait",
           "gratin dauphinois", "salade niçoise")  # fmt: skip
GOOD, POOR, DOUBTFUL = "Recette exacte", "Sans rapport", "Recette voisine"


@pytest.fixture
def cast(transactional_db):
    """The seven people, by what they do."""
    at = datetime.now(UTC)
    seed_markets(at=at, years=[at.year, at.year + 1])
    roles = {
        "demandeuse": (Role.REQUESTER, "fr"),
        "owner": (Role.PROJECT_OWNER, "en"),
        "approver": (Role.PROJECT_OWNER, "en"),
        "qa": (Role.QA_LEAD, "en"),
        "ines": (Role.ANNOTATOR, "fr"),
        "hugo": (Role.ANNOTATOR, "fr"),
    }
    made = {}
    for name, (role, language) in roles.items():
        made[name] = people.create_user(
            email=f"{name}@journey.example", name=name.title(), password=PASSWORD,
            language=language, time_zone="Europe/Paris", by=None, at=at,
        )  # fmt: skip
        people.grant_role(user=made[name], role=role, everywhere=True, by=None, at=at)
        if role is Role.ANNOTATOR:
            people.set_fluency(user=made[name], locales=["fr-FR"], by=None, at=at)
    seed_task_types(by=made["owner"], at=at)
    return made


@pytest.fixture
def sign_in(open_page, cast):
    """A page on which a person is signed in."""

    def as_person(name: str) -> Page:
        page = open_page()
        page.goto("/sign-in")
        page.locator("[name=email]").fill(f"{name}@journey.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return as_person


def fill(page: Page, **values: str) -> None:
    """Fill fields of a form by name, whatever the language of the page."""
    for name, value in values.items():
        field = page.locator(f"[name='{name}']").last
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def send(page: Page, action: str, *, value: str | None = None) -> None:
    """Press the button of the form that goes to `action`, or the one of that `value`."""
    button = f"[value='{value}']" if value else "[type=submit], button:not([type])"
    form = page.locator(f"form[action$='{action}']")
    with page.expect_navigation():
        form.locator(f"button{button}" if value else f"button{button.split(',')[0]}").first.click()
    expect(page.locator("h1").first).to_be_visible()


def keep(page: Page, address: str) -> None:
    """Keep a long form; what it refuses is in the message of the test's failure."""
    page.locator(".ts-sticky button[type=submit]").click()
    page.wait_for_load_state()
    refused = page.locator(".invalid-feedback, .alert-danger").all_inner_texts()
    assert re.search(address, page.url), refused


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def items_csv() -> bytes:
    """Two results for each query: a good one and a poor one; one is doubtful."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["item_id", "query_id", "query", "document_id", "locale", "title", "text"])
    for number, query in enumerate(QUERIES, start=1):
        poor = DOUBTFUL if number == 1 else POOR
        for suffix, title in (("a", GOOD), ("b", poor)):
            rows.writerow(
                [f"i{number}{suffix}", f"q{number}", query, f"d{number}{suffix}", "fr-FR",
                 title, "Une page de recettes."]
            )  # fmt: skip
    return text.getvalue().encode()


def run_file(first: str, second: str) -> bytes:
    lines = []
    for number in range(1, len(QUERIES) + 1):
        lines += [f"q{number} Q0 d{number}{first} 1 2 x", f"q{number} Q0 d{number}{second} 2 1 x"]
    return ("\n".join(lines) + "\n").encode()


def file_the_request(page: Page) -> None:
    page.goto("/requests/new")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    fill(
        page,
        title="Recettes, fr",
        business_line="ranking",
        purpose="test",
        metric="nDCG@10",
        worthwhile_change="0.01",
        currency="EUR",
        value_per_point="5000",
        value_source="Essais en ligne de 2026",
        budget="400",
        deadline_date=day(40),
        harm_class="S1",
        **{"locales-0-locale": "fr-FR", "locales-0-volume": "12"},
    )
    keep(page, r"/requests/\d+$")
    send(page, "/submit")


def triage(page: Page) -> None:
    page.goto("/requests/1")
    for state in ("triaged", "scoped", "approved"):
        send(page, "/move", value=state)
    fill(page, name="Recettes, fr", key=KEY)
    send(page, "/project")
    expect(page).to_have_url(re.compile(f"/projects/{KEY}"))


def plan(page: Page) -> None:
    page.goto(f"/projects/{KEY}/plan/edit")
    page.select_option(
        "[name=guideline_version]", label="How well does a result answer a query? · 1.0.0"
    )
    fill(
        page,
        sample_method="given",
        overlap="2",
        gold_rate="0",
        speed_standard="60",
        start_date=day(0),
        end_date=day(20),
        currency="EUR",
        budget="300",
        **{
            "locales-0-locale": "fr-FR",
            "locales-0-sample_size": "12",
            "locales-0-alpha_lower_bound": "0.5",
            "locales-0-gold_accuracy": "0.8",
            "locales-0-price_per_judgment": "0.12",
            "locales-0-price_per_audit": "0.4",
            "locales-0-price_per_adjudication": "0.8",
        },
    )
    keep(page, "/plan$")
    send(page, "/plan/submit")


def approve(page: Page) -> None:
    page.goto(f"/projects/{KEY}/plan")
    send(page, "/plan/approve")


def prepare(page: Page, cast: dict) -> None:
    page.goto(f"/projects/{KEY}/items/import")
    page.locator("[name=file]").set_input_files(
        {"name": "recettes.csv", "mimeType": "text/csv", "buffer": items_csv()}
    )
    page.locator("button[name=step][value=check]").click()
    expect(page.locator("#report")).to_contain_text("12")
    page.locator("button[name=step][value=import]").click()
    page.wait_for_url(re.compile(r"/items$"))
    page.goto(f"/projects/{KEY}/people")
    for name, function in (("ines", "annotator"), ("hugo", "annotator")):
        fill(page, user=str(cast[name].pk), function=function)
        send(page, "/people/add")
    page.goto(f"/projects/{KEY}")
    send(page, "/phase", value="pilot")


def label(page: Page, doubtful: str) -> None:
    """Agree, read the guideline, then label until nothing is left, with the keyboard alone."""
    page.goto(f"/work/{KEY}/")
    page.wait_for_url(re.compile("/consent"))
    page.locator("form.wb-confirm button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/guideline"))
    page.locator("form.wb-confirm button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/work/{KEY}/$"))
    for done in range(12):
        expect(page.locator("[data-progress]")).to_contain_text(re.compile(rf"^{done}\b"))
        expect(page.locator("[data-shell]")).to_be_visible()
        title = page.locator("[data-shell]").inner_text()
        grade = "3" if GOOD in title else "0" if POOR in title else doubtful
        page.keyboard.press(grade)
        page.keyboard.press("Enter")
    expect(page.locator("[data-rest]")).to_be_visible()
    # The last answer can still be undone for a while.
    expect(page.locator("[data-state='saved']")).to_be_visible(timeout=20_000)


def settle(page: Page) -> None:
    page.goto(f"/projects/{KEY}/quality")
    send(page, "/quality/measure")
    send(page, "/quality/adjudications")
    page.goto(f"/work/{KEY}/adjudications")
    page.wait_for_url(re.compile("/consent"))
    page.locator("form.wb-confirm button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(DOUBTFUL)
    page.keyboard.press("1")
    page.locator("textarea[name=rationale]").fill("Voisine du plat demandé, sans l'être.")
    page.locator("form[action*='adjudications'] button[type=submit]").first.click()
    expect(page.locator("main")).not_to_contain_text(DOUBTFUL)


def deliver(page: Page) -> None:
    page.goto(f"/projects/{KEY}")
    send(page, "/phase", value="live")
    page.goto(f"/projects/{KEY}/quality")
    send(page, "/quality/lots", value="accepted")
    send(page, "/quality/consensus")
    page.goto(f"/projects/{KEY}/releases")
    send(page, "/releases/new")
    expect(page.locator("main")).to_contain_text("qrels.txt")


def accept(page: Page) -> str:
    page.goto(f"/projects/{KEY}/releases/1")
    with page.expect_download() as download:
        page.locator("a[download][href$='/files/qrels.txt']").click()
    qrels = download.value.path().read_text(encoding="utf-8")
    send(page, "/decide", value="accepted")
    return qrels


def evaluate(page: Page) -> None:
    for system, content in (("ancien", run_file("b", "a")), ("nouveau", run_file("a", "b"))):
        page.goto(f"/projects/{KEY}/releases")
        fill(page, system=system)
        page.locator("form[action$='/runs'] [name=file]").set_input_files(
            {"name": f"{system}.run", "mimeType": "text/plain", "buffer": content}
        )
        send(page, "/releases/runs")
    page.goto(f"/projects/{KEY}/releases/1")
    for name, system in (("baseline", "ancien"), ("candidate", "nouveau")):
        option = page.locator(f"[name={name}] option", has_text=system)
        page.locator(f"[name={name}]").select_option(option.get_attribute("value"))
    send(page, "/evaluate")
    expect(page.locator("main")).to_contain_text("nDCG@10")


def show_the_return(page: Page) -> None:
    page.goto(f"/projects/{KEY}/value")
    send(page, "/value/estimate")
    expect(page.locator("main")).to_contain_text("P(ROI>0)")
    send(page, "/value/review")
    expect(page.locator(".ts-state").first).to_contain_text("Return reviewed")


def test_a_request_travels_from_the_model_team_to_its_return(sign_in, cast):
    requester, owner = sign_in("demandeuse"), sign_in("owner")
    file_the_request(requester)
    triage(owner)
    plan(owner)
    approve(sign_in("approver"))
    prepare(owner, cast)
    label(sign_in("ines"), doubtful="2")
    label(sign_in("hugo"), doubtful="0")
    settle(sign_in("qa"))
    deliver(owner)

    qrels = accept(requester)

    grades = {tuple(line.split()[::2]): int(line.split()[3]) for line in qrels.splitlines()}
    wanted = {(f"q{n}", f"d{n}a"): 3 for n in range(1, 7)}
    wanted |= {(f"q{n}", f"d{n}b"): 0 for n in range(2, 7)} | {("q1", "d1b"): 1}
    assert grades == wanted
    evaluate(requester)
    show_the_return(owner)
