"""The settings pages: accounts, logins, and repairs as a user clicks through them."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from home.home_assistant import DOMAIN
from tests.e2e.browser import User

NAME = "Renault Z.E."


@dataclass(frozen=True)
class SettingsPages(User):
    """The pages below the settings."""

    @property
    def form(self) -> Locator:
        """Return the form of an account."""
        return self.page.locator("dialog-data-entry-flow")

    def start_account(self, address: str, username: str, service: str = "Use a compatible server") -> None:
        """Open the form of a new account at a service, and enter everything but the password."""
        self.open("config/integrations/dashboard")
        self.press("Add integration")
        self.page.get_by_placeholder(self.word("Search for a brand name")).fill(NAME)
        self.page.locator("dialog-add-integration").get_by_text(NAME, exact=True).click()
        self.form.get_by_text(self.word(service)).click()
        self.form.get_by_role("textbox", name=self.word("Email")).fill(username)
        self.form.get_by_role("button", name=self.word("Server")).click()
        self.form.get_by_role("textbox", name=self.word("Address")).fill(address)

    def start_login(self) -> None:
        """Open the form of an account that needs its password again."""
        self.open("config/integrations/dashboard")
        self.press("Reconfigure")

    def enter_password(self, password: str) -> None:
        """Submit the form with a password."""
        self.form.get_by_role("textbox", name=self.word("Password")).fill(password)
        self.form.get_by_role("button", name=self.word("Submit")).click()

    def choose_option(self, *entries: str) -> None:
        """Open the options of the account, and choose entries of their menus."""
        self.open(f"config/integrations/integration/{DOMAIN}")
        self.page.locator("ha-config-entry-row").get_by_role("button", name=self.word("Configure")).click()
        for each in entries:
            self.form.get_by_text(each, exact=True).click()

    def form_field(self, name: str) -> Locator:
        """Return a field of a form that contains a number."""
        return self.form.get_by_role("spinbutton", name=name)

    def choose(self, entry: str, domain: str = DOMAIN) -> None:
        """Choose an entry of the account's menu."""
        self.open(f"config/integrations/integration/{domain}")
        self.page.locator("ha-config-entry-row").get_by_role("button", name=self.word("Menu")).first.click()
        self.page.get_by_role("menuitem", name=self.word(entry)).click()

    def reload_account(self) -> None:
        """Reload the account, which reads everything again."""
        self.choose("Reload")
        self.reads(self.word("The integration was reloaded"))

    def delete_account(self, domain: str = DOMAIN) -> None:
        """Delete the account of an integration, and confirm that."""
        self.choose("Delete", domain)
        self.reads(self.word("Its devices and entities will be permanently deleted."))
        self.picture("12-delete")
        self.press("Delete")
        expect(self.page.locator("ha-config-entry-row"), "the account is gone").to_have_count(0)

    def open_repair(self, title: str) -> None:
        """Open a repair."""
        self.open("config/repairs")
        self.page.get_by_text(title).first.click()
