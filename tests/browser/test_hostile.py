"""No script of a member's runs, with and without the content security policy."""

import json
from urllib.parse import quote

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.data]

# What a script would need to have got into the page; our own elements have none of it.
INTRUDERS = """() => {
  const addresses = ["href", "src", "action", "formaction"];
  const elements = ["SCRIPT", "IFRAME", "OBJECT", "EMBED", "STYLE", "BASE", "META", "LINK"];
  const bad = (one) => one.name.startsWith("on") || ["style", "srcdoc"].includes(one.name)
    || addresses.includes(one.name) && /^\\s*(javascript|data|vbscript):/i.test(one.value);
  return [...document.querySelectorAll("main *")].flatMap((element) => [
    ...[...element.attributes].filter(bad).map((one) => `${element.tagName} ${one.name}=${one.value}`),
    ...(elements.includes(element.tagName) ? [element.outerHTML] : []),
  ]);
}"""

# What each address shows, put into the page that is open: the browser makes of it what it makes of a page that comes,
# except that nothing is drawn, in a tenth of the time. How many titles there are, and what should not be there.
SHOWN = f"""async (addresses) => {{
  const intruders = {INTRUDERS}, main = document.querySelector("main");
  main.style.display = "none";
  let titles = 0;
  const found = [];
  for (const address of addresses) {{
    const answer = await fetch(address), text = await answer.text();
    const shown = text.slice(text.indexOf("<main"), text.lastIndexOf("</main>"));
    main.replaceChildren(document.createRange().createContextualFragment(shown));
    titles += main.querySelectorAll("a.phrased, .phrased > a").length;
    found.push(...(answer.ok ? [] : [`${{address}}: ${{answer.status}}`]), ...intruders());
  }}
  return [titles, found];
}}"""


WAYS = pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without the policy"])


def written(server):
    """Where hostile texts are shown."""
    if not hasattr(server, "hostile"):
        server.hostile = json.loads(server.run("-m", "tests.browser.hostile").splitlines()[-1])
    return server.hostile


@WAYS
def test_no_hostile_text_runs(visit, server, policy):
    page, shown = visit(bypass_csp=not policy), written(server)
    searches = [f"/search/?q={quote(words)}" for words in shown["words"]]
    # What runs under the policy runs without it too, and what a page shows once it need not show by each of its texts.
    for address in [*shown["pages"][::4], searches[0], shown["lists"][0]] if policy else shown["pages"]:
        assert page.goto(address).status == 200, address
        assert page.evaluate(INTRUDERS) == [], address
    if not policy:
        assert page.evaluate(SHOWN, shown["lists"]) == [shown["titles"], []]
        assert page.evaluate(SHOWN, [*shown["spaces"], *searches])[1] == []
    # Handlers of pictures and frames that do not load would run a little later.
    page.wait_for_timeout(300)


@WAYS
def test_no_name_runs_in_the_list_of_who_may_be_meant(visit, server, sign_in, policy):
    page, begun = visit(bypass_csp=not policy), written(server)["meant"]
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    there = "async (typed) => (await (await fetch(`/members/?q=${typed}`)).text()).includes(typed)"
    page.wait_for_function(there, arg=begun[-1], polling=250)
    names = []
    for typed in begun:
        page.fill("textarea[name=source]", "")
        page.keyboard.type(f"@{typed}")
        page.wait_for_selector(f"#mentions [data-username^={typed}]")
        names += page.locator("#mentions b").all_text_contents()
        assert page.evaluate(INTRUDERS.replace("main *", "#mentions *")) == [], typed
    assert len(names) > 60
    page.wait_for_timeout(300)
