"""Two doors: an app is reached through its api.py and its facts.py; the bridge knows features by their facts alone."""

import grimp
import pytest

APPS = (
    *(f"community.{name}" for name in ("kernel", "search", "consent", "members", "inbox", "traces", "pages")),
    *("forums", "ideas", "clubs", "crm_bridge"),
)
FEATURES = ("forums", "ideas", "clubs")
# Tools of the ground floor that hold nothing: anybody may use them.
TOOLS = {
    *(
        "community.kernel.markup",
        "community.kernel.plain",
        "community.kernel.redaction",
        "community.kernel.images",
        "community.kernel.supervisor",
    ),
    *("community.kernel.typography", "community.kernel.drawings", "community.kernel.liveries"),
    *("community.kernel.templatetags.ui", "community.kernel.templatetags.drawings"),
}
WIRING = ("community.asgi", "community.wsgi", "community.urls", "community.settings")


def app_of(module):
    return next((app for app in APPS if module == app or module.startswith(f"{app}.")), "")


@pytest.fixture(scope="module")
def imports():
    """All imports between modules of different apps."""
    graph = grimp.build_graph("community", "forums", "ideas", "clubs", "crm_bridge", "demo", cache_dir=None)
    return {
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if app_of(imported) and app_of(importer) != app_of(imported) and not importer.startswith(WIRING)
    }


def test_other_apps_are_reached_through_their_doors(imports):
    doors = {f"{app}.{door}" for app in APPS for door in ("api", "facts")}
    assert len(imports) > 100
    assert sorted(pair for pair in imports if pair[1] not in doors | TOOLS) == []


def test_the_bridge_knows_features_by_their_facts_alone(imports):
    facts = {f"{feature}.facts" for feature in FEATURES}
    known = {imported for importer, imported in imports if app_of(importer) == "crm_bridge"}
    assert {imported for imported in known if app_of(imported) in FEATURES} == facts
