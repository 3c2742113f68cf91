"""Takes the screenshots in docs/shots from a demo community of its own (``make shots``).

Every page on a phone and a desktop, in English and Chinese; some of them at night. Give names to take only those:
``scripts/shots.py home topic --to /tmp/look --whole`` (whole pages, for looking at them).
"""

from __future__ import annotations

import argparse
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chromium import chromium
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
SIZES = {"phone": (390, 844, 2), "desk": (1280, 960, 1)}
LANGUAGES = {"en": ("en-GB", "en", "maja-lindqvist"), "zh": ("zh-CN", "zh-hans", "linyuan")}
MARKETER = "viktor-lang"
QUALITY = 80
START_SECONDS = 600


@dataclass(frozen=True)
class Shot:
    """A page: where, who looks (member, marketer or guest), whether also at night, a link to follow per language."""

    name: str
    path: str
    who: str = "member"
    dark: bool = False
    follow: tuple[str, str] = ("", "")


SHOTS = (
    Shot("home", "/", dark=True),
    Shot("board", "/boards/4-touring/"),
    Shot(
        "topic",
        "/boards/4-touring/",
        dark=True,
        follow=("Winter set for the 4 Touring", "4旅行版冬季胎：选19寸还是20寸？"),
    ),
    Shot("contest", "/contests/next-key/", dark=True),
    Shot("results", "/contests/load-space/results/"),
    Shot(
        "idea",
        "/contests/load-space/results/",
        follow=("A floor that flips into a dog ramp", "后备厢边上一条能抽出来的厨房台面"),
    ),
    Shot("clubs", "/clubs/"),
    Shot("club", "/clubs/mountain-passes/"),
    Shot("space", "/me/"),
    Shot("mirror", "/me/knows/", dark=True),
    Shot("audience", "/workbench/people/?q={interest:roof-rack|interest:行李架}", who="marketer", dark=True),
    Shot("search", "/search/?q={roof rack|行李架}"),
    Shot("article", "/articles/how-the-19-inch-was-measured/"),
    Shot("signin", "/account/login/", who="guest"),
)


def main() -> None:
    """Take them."""
    arguments = _arguments()
    shots = [shot for shot in SHOTS if not arguments.names or shot.name in arguments.names]
    folder = Path(arguments.to)
    folder.mkdir(parents=True, exist_ok=True)
    with _address(arguments.at) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        total = sum(2 * 2 * (2 if shot.dark else 1) for shot in shots)
        with tqdm(total=total, desc="Pictures") as bar:
            for language in LANGUAGES:
                for who in sorted({shot.who for shot in shots}):
                    _visit(browser, address, language, who, [s for s in shots if s.who == who], folder, arguments, bar)
        browser.close()
    size = sum(path.stat().st_size for path in folder.glob("*.webp"))
    print(f"{len(list(folder.glob('*.webp')))} pictures, {size / 1e6:.1f} MB in {folder}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pages")
    parser.add_argument("--at", default="", help="address of a demo that runs already")
    parser.add_argument("--to", default=str(ROOT / "docs" / "shots"))
    parser.add_argument("--whole", action="store_true", help="the whole page instead of the first screen")
    return parser.parse_args()


def _chromium() -> str:
    found = chromium()
    if not found:
        sys.exit("Chromium is missing. On Debian: apt install chromium")
    return found


@contextmanager
def _address(given: str) -> Iterator[str]:
    """The address of a demo: the given one, or one that is started for this and stopped after it."""
    if given:
        yield given.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PADDOCK_HOME": home, "PADDOCK_URL": address}
        command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=20).close()  # noqa: S310 - our own address
        except OSError:
            time.sleep(0.5)
        else:
            return
    sys.exit("The demo did not start.")


def _visit(
    browser: Browser,
    address: str,
    language: str,
    who: str,
    shots: list[Shot],
    folder: Path,
    arguments: argparse.Namespace,
    bar: tqdm[Any],
) -> None:
    """All pages of one visitor in one language, in both sizes and themes."""
    locale, code, member = LANGUAGES[language]
    signed_in = _signed_in(browser, address, locale, code, {"member": member, "marketer": MARKETER}.get(who, ""))
    for size, (width, height, ratio) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                locale=locale,
                viewport={"width": width, "height": height},
                device_scale_factor=ratio,
                color_scheme=theme,
                reduced_motion="reduce",
                storage_state=signed_in,
            )
            page = context.new_page()
            for shot in shots:
                if theme == "light" or shot.dark:
                    _open(page, address, shot, language)
                    night = "-dark" if theme == "dark" else ""
                    _save(page, folder / f"{shot.name}-{language}-{size}{night}.webp", whole=arguments.whole)
                    bar.update()
            context.close()


def _signed_in(browser: Browser, address: str, locale: str, code: str, member: str) -> Any:
    """Cookies of a visitor who has signed in and chosen a language."""
    context: BrowserContext = browser.new_context(locale=locale)
    page = context.new_page()
    if member:
        page.goto(f"{address}/account/login/")
        page.fill("[name=login]", member)
        page.fill("[name=password]", _password())
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    page.goto(f"{address}/")
    page.locator(f"footer button[value={code}]").click()
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


def _password() -> str:
    text = (ROOT / "demo" / "loading" / "accounts.py").read_text(encoding="utf-8")
    found = re.search(r'^PASSWORD = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else ""


def _open(page: Page, address: str, shot: Shot, language: str) -> None:
    """Go to a page; ``{english|chinese}`` in its path and its link depend on the language."""
    second = language == "zh"
    path = re.sub(r"\{([^|]*)\|([^}]*)\}", lambda found: found[2 if second else 1], shot.path)
    page.goto(address + path, wait_until="networkidle")
    link = shot.follow[second]
    if link:
        target = page.get_by_role("link", name=link).first
        page.goto(address + str(target.get_attribute("href")), wait_until="networkidle")


def _save(page: Page, path: Path, *, whole: bool) -> None:
    """Write a screenshot as WebP."""
    with Image.open(io.BytesIO(page.screenshot(full_page=whole))) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
