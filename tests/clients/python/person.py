"""A person at a browser without JavaScript: fills in forms by their labels, presses buttons by their names."""

from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup


class Person:
    def __init__(self, username, password):
        self.username = username
        self.password = password
        self.browser = requests.Session()
        self.page = None
        self.url = None

    def open(self, url):
        """Returns where the server at last sends this person away to, if it does."""
        return self._go("GET", url)

    def sign_in_and_allow(self, url):
        """Signs in and allows, as far as the server asks for either; returns the client's address."""
        away = self.open(url)
        for _ in range(3):
            if away is not None:
                return away
            if self.button("Sign in") is not None:
                away = self.press("Sign in", Username=self.username, Password=self.password)
            else:
                away = self.press("Allow")
        assert away is not None, f"still on {self.url}: {self.page.get_text(' ', strip=True)}"
        return away

    def button(self, name):
        return self.page.find(lambda tag: tag.name == "button" and tag.get_text(strip=True) == name)

    def press(self, name, **fields):
        """Fills in the fields of the form around the button, each found by its label, and submits it."""
        button = self.button(name)
        assert button is not None, f"no button {name} on {self.url}: {self.page.get_text(' ', strip=True)}"
        form = button.find_parent("form")
        # A list, since ticked boxes share a name.
        pairs = [
            (each["name"], each.get("value", ""))
            for each in form.find_all("input")
            if each.has_attr("name") and (each.get("type") not in ("checkbox", "radio") or each.has_attr("checked"))
        ]
        for label, value in fields.items():
            name = self._field(label)["name"]
            pairs = [(other, kept) for other, kept in pairs if other != name] + [(name, value)]
        if button.has_attr("name"):
            pairs.append((button["name"], button.get("value", "")))
        action = urljoin(self.url, button.get("formaction") or form.get("action") or self.url)
        return self._go(form.get("method", "get").upper(), action, pairs)

    def _field(self, label):
        found = self.page.find(lambda tag: tag.name == "label" and tag.get_text(strip=True) == label)
        assert found is not None, f"no field labelled {label} on {self.url}"
        return found.find("input") or self.page.find(id=found["for"])

    def _go(self, method, url, pairs=None):
        home = urlsplit(url)[:2]
        for _ in range(10):
            sent = {"params": pairs} if method == "GET" else {"data": pairs}
            answer = self.browser.request(method, url, allow_redirects=False, timeout=60, **sent)
            if answer.status_code not in (302, 303):
                assert answer.status_code < 500, f"{url} answered {answer.status_code}"
                self.page = BeautifulSoup(answer.text, "html.parser")
                self.url = url
                return None
            url = urljoin(url, answer.headers["Location"])
            if urlsplit(url)[:2] != home:
                return url
            method, pairs = "GET", None
        raise AssertionError(f"too many redirects, the last to {url}")
