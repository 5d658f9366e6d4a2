"""A dashboard: how it is added, how a card is found, and what is wrong with the cards on it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from playwright.sync_api import Locator, expect

from home import ROOT
from tests.e2e.browser import User
from tests.e2e.house import SEEN_SECONDS

AXE = ROOT / "card/node_modules/axe-core/axe.min.js"
CARDS = "renault-ze-card, renault-ze-schedule-card"
# The rules of Home Assistant's page around the cards are not ours. What is right need not be described in full.
VIOLATIONS = """async (cards) => {
  const { violations } = await axe.run({ include: cards }, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((each) => `${id}: ${each.html.slice(0, 200)}`));
}"""
# Texts that leave the page or a parent which hides what does not fit; `.hidden` is for screen readers.
CUT_OFF = """(cards) => {
  const isCut = (rect, element) => {
    if (rect.right > innerWidth + 1 || rect.left < -1) return true;
    for (let each = element; each !== null; each = each.assignedSlot ?? each.parentElement ?? each.getRootNode().host) {
      if (each.tagName === "HA-CARD") return false;
      const outer = each.getBoundingClientRect();
      const { overflowX } = getComputedStyle(each);
      if (overflowX !== "visible" && (rect.right > outer.right + 1 || rect.left < outer.left - 1)) return true;
    }
    return false;
  };
  const found = [];
  const visit = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) visit(element.shadowRoot);
      if (element.closest(".hidden, .track, style") || !element.checkVisibility()) continue;
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        if ([...range.getClientRects()].some((each) => isCut(each, element))) found.push(node.data.trim());
      }
    }
  };
  for (const card of cards) visit(card.shadowRoot);
  return found;
}"""
# Where the focus is, if it is in a card: its name, and the part of the page that shows it.
FOCUSED = """() => {
  let element = document.activeElement;
  let isOurs = false;
  while (element?.shadowRoot?.activeElement) {
    isOurs ||= element.tagName.startsWith("RENAULT-ZE-");
    element = element.shadowRoot.activeElement;
  }
  if (!isOurs) return null;
  const { x, y, width, height } = (element.closest("label") ?? element).getBoundingClientRect();
  const isFirst = (window.firstFocused ??= element) === element;
  const name = element.getAttribute("aria-label") ?? (element.closest("label") ?? element).innerText.split("\\n")[0];
  return { name, isFirst, clip: { x: x - 8, y: y - 8, width: width + 16, height: height + 16 } };
}"""
BLUR = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  element?.blur();
}"""
MOST_TABS = 150


@dataclass(frozen=True)
class DashboardPage(User):
    """A dashboard with cards."""

    def add(self, name: str) -> None:
        """Add one of the community's dashboards: two clicks in the dialog."""
        self.open("config/lovelace/dashboards")
        self.press("Add dashboard")
        self.press(name)
        self.press("Create")
        # It is in the sidebar before its content is stored, which another page would prevent.
        create = self.page.get_by_role("button", name=self.word("Create"), exact=True)
        expect(create, "the dialog is closed").to_have_count(0)
        link = self.page.locator("ha-sidebar").get_by_text(name, exact=True)
        expect(link, "the dashboard is in the sidebar").to_be_visible()

    def suggestions(self, path: str, search: str, entity: str) -> Locator:
        """Open the list of cards for an entity, which is found by a search."""
        self.open(f"{path}?edit=1")
        self.press("Add card")
        dialog = self.page.locator("hui-dialog-create-card")
        dialog.get_by_placeholder("Search entities").fill(search)
        dialog.get_by_text(entity, exact=True).first.click()
        return dialog

    def size(self, width: int, height: int) -> None:
        """Resize the page."""
        self.page.set_viewport_size({"width": width, "height": height})

    def reload(self) -> None:
        """Load the page again."""
        self.page.reload()
        self.page.locator("home-assistant-main").wait_for()

    @property
    def cards(self) -> Locator:
        """Return our cards."""
        return self.page.locator(CARDS)

    def violations(self) -> list[str]:
        """Return what axe finds in our cards."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.cards.evaluate_all(VIOLATIONS)
        return found

    def cut_off(self) -> list[str]:
        """Return the texts of our cards that are not completely visible."""
        found: list[str] = self.cards.evaluate_all(CUT_OFF)
        return found

    def has_horizontal_scrollbar(self) -> bool:
        """Return whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def tab_through(self) -> dict[str, bool]:
        """Move the focus through the page with Tab, and return whether it is visible for each name in our cards."""
        found: dict[str, bool] = {}
        self.page.evaluate("window.firstFocused = null")
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focused: dict[str, Any] | None = self.page.evaluate(FOCUSED)
            if focused is None:
                continue
            if focused["isFirst"] and found:
                return found
            with_focus = self.page.screenshot(clip=focused["clip"])
            self.page.evaluate(BLUR)
            found[focused["name"]] = with_focus != self.page.screenshot(clip=focused["clip"])
        raise AssertionError(f"The focus does not return: {found}")


@dataclass(frozen=True)
class DashboardCard(DashboardPage):
    """The first card of a kind on a dashboard."""

    element: ClassVar[str]

    @property
    def card(self) -> Locator:
        """Return the card."""
        return self.page.locator(self.element).first

    def shows(self, *texts: str) -> None:
        """Wait until the card shows texts."""
        for text in texts:
            expect(self.card, f"the card shows {text}").to_contain_text(text, timeout=SEEN_SECONDS * 1000)

    def hides(self, text: str) -> None:
        """Wait until the card no longer shows a text."""
        expect(self.card, f"the card hides {text}").not_to_contain_text(text, timeout=SEEN_SECONDS * 1000)
