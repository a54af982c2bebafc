// A person at a browser without JavaScript: keeps cookies, follows redirects within the server, fills in
// forms by their labels and presses buttons by their names. Stops where the server sends them elsewhere.
import assert from 'node:assert/strict';
import { parse } from 'node-html-parser';

export class Person {
  #cookies = new Map();
  #page;
  #url;

  /** `send` is what carries the requests, so that a test can look on. */
  constructor({ username, password }, send = fetch) {
    this.username = username;
    this.password = password;
    this.send = send;
  }

  /** Opens `url`; returns where the server at last sends this person away to, if it does. */
  async open(url) {
    return this.#go(new URL(url), { method: 'GET' });
  }

  /** Signs in and allows, as far as the server asks for either; returns the address of the client. */
  async signInAndAllow(url) {
    let away = await this.open(url);
    for (let pages = 0; away === undefined; pages += 1) {
      assert.ok(pages < 3, `still on ${this.#url} after three pages: ${this.heading}`);
      away = this.shows('Sign in')
        ? await this.press('Sign in', { Username: this.username, Password: this.password })
        : await this.press('Allow');
    }
    return away;
  }

  get heading() {
    return this.#page.querySelector('h1')?.text.trim();
  }

  get text() {
    return this.#page.querySelector('body').structuredText;
  }

  /** The code to paste under the tab of that name, as it is copied. */
  sample(tab) {
    const found = this.#page.querySelectorAll('pre').find((each) => each.getAttribute('aria-label') === tab);
    assert.ok(found, `no sample ${tab} on ${this.#url}: ${this.text}`);
    return found.textContent;
  }

  /** The names of the tabs. */
  get samples() {
    return this.#page.querySelectorAll('pre[aria-label]').map((each) => each.getAttribute('aria-label'));
  }

  /** What stands in the element of this id. */
  value(id) {
    return this.#page.getElementById(id)?.textContent.trim();
  }

  shows(buttonName) {
    return this.#button(buttonName) !== undefined;
  }

  /** Fills in the fields of the form around the button, each found by its label, and submits it. */
  async press(buttonName, fields = {}) {
    const button = this.#button(buttonName);
    assert.ok(button, `no button ${buttonName} on ${this.#url}: ${this.text}`);
    const form = button.closest('form');
    const pairs = new URLSearchParams();
    for (const input of form.querySelectorAll('input')) {
      const unticked = ['checkbox', 'radio'].includes(input.getAttribute('type')) && !input.hasAttribute('checked');
      if (input.hasAttribute('name') && !unticked) pairs.append(input.getAttribute('name'), input.getAttribute('value') ?? '');
    }
    for (const [label, value] of Object.entries(fields)) pairs.set(this.#fieldName(label), value);
    if (button.hasAttribute('name')) pairs.append(button.getAttribute('name'), button.getAttribute('value') ?? '');

    const action = new URL(button.getAttribute('formaction') ?? form.getAttribute('action') ?? '', this.#url);
    const method = (form.getAttribute('method') ?? 'get').toUpperCase();
    if (method === 'POST') return this.#go(action, { method, body: pairs });
    action.search = pairs;
    return this.#go(action, { method });
  }

  #button(name) {
    return this.#page.querySelectorAll('button').find((button) => button.text.trim() === name);
  }

  #fieldName(label) {
    const found = this.#page.querySelectorAll('label').find((each) => each.text.trim() === label);
    assert.ok(found, `no field labelled ${label} on ${this.#url}`);
    const field = found.querySelector('input') ?? this.#page.getElementById(found.getAttribute('for'));
    return field.getAttribute('name');
  }

  async #go(url, request) {
    const home = url.origin;
    for (let hops = 0; hops < 10; hops += 1) {
      const answer = await this.#carry(url, request);
      if (answer.status !== 302 && answer.status !== 303) {
        assert.ok(answer.status < 500, `${url} answered ${answer.status}`);
        this.#page = parse(await answer.text());
        this.#url = url;
        return undefined;
      }
      const next = new URL(answer.headers.get('location'), url);
      if (next.origin !== home) return next;
      url = next;
      request = { method: 'GET' };
    }
    throw new Error(`too many redirects, the last to ${url}`);
  }

  async #carry(url, request) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = cookie === '' ? {} : { cookie };
    const answer = await this.send(url.href, { ...request, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/;\s*max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return answer;
  }
}
