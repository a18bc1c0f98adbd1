"""The content-security policy, as a browser applies it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

VEGA = """async () => {
    for (const name of ["vega", "vega-lite", "vega-embed"]) {
        await new Promise((done, fail) => {
            const script = document.createElement("script");
            script.src = `/static/vendor/${name}/${name}.min.js`;
            script.onload = done;
            script.onerror = () => fail(new Error(name));
            document.head.append(script);
        });
    }
    const place = document.createElement("div");
    document.body.append(place);
    const spec = {
        data: {values: [{x: 1, y: 2}, {x: 2, y: 3}]},
        transform: [{calculate: "datum.y * 2", as: "z"}],
        mark: {type: "bar", tooltip: true},
        encoding: {x: {field: "x", type: "ordinal"}, y: {field: "z", type: "quantitative"}},
    };
    await vegaEmbed(place, spec, {
        ast: true, renderer: "svg", actions: false, defaultStyle: false,
        tooltip: {disableDefaultStyle: true},
    });
    return place.querySelectorAll("svg path[aria-roledescription=bar]").length;
}"""


@pytest.mark.django_db
def test_a_chart_is_drawn_under_the_policy(page: "Page") -> None:
    page.goto("/healthz")

    assert page.evaluate(VEGA) == 2
