"""compose.yaml holds what Compose takes, and is complete in itself."""

import json
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from community.settings.databases import database
from community.settings.env import VARIABLES

ROOT = Path(__file__).parents[2]
# The Compose specification's own schema, which a library brings along.
SCHEMA = json.loads(files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text())


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_every_key_and_value_is_one_compose_takes(compose):
    jsonschema.validate(compose, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"services": {"web": {"image": "x", "depend_on": {}}}}, SCHEMA)


def test_all_parts_are_there(compose):
    assert set(compose["services"]) == {"prepare", "web", "relay", "worker", "postgres", "redis", "elasticsearch"}


def test_what_is_depended_on_exists_and_can_be_healthy(compose):
    services = compose["services"]
    for name, service in services.items():
        for other, wanted in service.get("depends_on", {}).items():
            assert other in services, name
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[other]


def test_every_named_volume_is_declared_and_used(compose):
    used = {
        volume.partition(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def test_only_the_web_process_can_be_reached_and_only_from_this_machine(compose):
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_the_proxy_in_front_is_believed(compose):
    assert compose["services"]["web"]["environment"]["PADDOCK_PROXIES"] == "${PADDOCK_PROXIES:-1}"


def test_our_processes_get_variables_that_exist(compose):
    known = {variable.name for variable in VARIABLES}
    for name in ("prepare", "web", "relay", "worker"):
        assert set(compose["services"][name]["environment"]) <= known | {
            "PGPASSWORD"
        }  # PostgreSQL's own client reads it


def test_a_password_may_hold_any_character_as_no_address_holds_it(compose):
    ours = compose["services"]["web"]["environment"]
    password = compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert ours["PGPASSWORD"] == password
    assert not [name for name, value in ours.items() if "://" in value and "PASSWORD" in value]
    assert database(ours["DATABASE_URL"])["PASSWORD"] == ""


def test_the_head_names_what_production_and_its_deployment_check_ask_for():
    head = (ROOT / "compose.yaml").read_text().partition("\nname:")[0]
    for name in ("PADDOCK_SECRET_KEY", "PADDOCK_HOSTS", "PADDOCK_URL", "EMAIL_URL", "PADDOCK_FROM_EMAIL"):
        assert f"#   {name}=" in head


def test_the_server_of_compose_is_the_one_the_tests_run_on(compose):
    script = (ROOT / "scripts" / "services.sh").read_text()
    version = compose["services"]["elasticsearch"]["image"].rpartition(":")[2]
    assert f"elastic_version={version}\n" in script


def ignored(name, file):
    """Whether a file in the folder of the checkout is ignored by patterns as Git and Docker read them."""
    patterns = (ROOT / file).read_text().split()
    return any(fnmatch(name, pattern.removeprefix("**/").removeprefix("/").removesuffix("/")) for pattern in patterns)


@pytest.mark.parametrize("file", [".gitignore", ".dockerignore"])
def test_secrets_and_data_are_neither_committed_nor_built_into_the_image(compose, file):
    named = [service["env_file"] for service in compose["services"].values() if "env_file" in service]
    files = {name for names in named for name in ([names] if isinstance(names, str) else names)}
    assert files
    for name in (*files, ".env.bak", ".services", "var", "paddock.sqlite3", "paddock.sqlite3-wal", "backup.dump"):
        assert ignored(name, file), name
    for name in ("manage.py", "community", "locale", "requirements.lock"):
        assert not ignored(name, file), name
