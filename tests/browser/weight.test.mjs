// What a page weighs as it is sent: it and the stylesheets and the script that it loads, of which browsers keep
// the latter two. Ordinary content: the rows of tables, which may be many, count where they are few.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { startCompany } from './company.mjs';
import { authorizeUrl, open } from './world.mjs';

const HEAVIEST = 30_000;

let company;
before(async () => {
  company = await startCompany();
});
after(() => company?.stop());

/** Where a page is that is open to `who`; `rows` is false where those of its tables do not count. */
const PAGES = {
  'the sign-in page': { path: () => '/login' },
  'the page of sign-out': { path: () => '/logout' },
  'the consent page': { who: 'person', path: () => authorizeUrl(company, company.clients.desk) },
  account: { who: 'person', path: () => '/account' },
  'access tokens': { who: 'person', path: () => '/account/tokens' },
  'a new access token': { who: 'person', path: () => '/account/tokens/new' },
  'the sign-in history': { who: 'person', path: () => '/account/history' },
  projects: { who: 'person', path: () => '/account/projects' },
  'a project': { who: 'person', path: () => company.project },
  'the members of a project': { who: 'person', path: () => `${company.project}/members` },
  'a client of a project': { who: 'person', path: () => company.projectClient },
  'the form of a client of a project': { who: 'person', path: () => `${company.projectClient}/edit` },
  'the dashboard': { who: 'administrator', path: () => '/admin', rows: false },
  clients: { who: 'administrator', path: () => '/admin/clients' },
  'the kinds of clients': { who: 'administrator', path: () => '/admin/clients/new' },
  'the registration of a client': { who: 'administrator', path: () => '/admin/clients/new?kind=web' },
  'a client': { who: 'administrator', path: () => `/admin/clients/${company.clients.web.client_id}`, rows: false },
  'the form of a client': { who: 'administrator', path: () => `/admin/clients/${company.clients.web.client_id}/edit` },
  users: { who: 'administrator', path: () => '/admin/users' },
  scopes: { who: 'administrator', path: () => '/admin/scopes' },
  roles: { who: 'administrator', path: () => '/admin/roles' },
  tokens: { who: 'administrator', path: () => '/admin/tokens' },
  'refused requests': { who: 'administrator', path: () => '/admin/tokens/refusals' },
  'the audit log': { who: 'administrator', path: () => '/admin/audit', rows: false },
};

/** The bytes of an answer's body on the wire. */
const sent = async (answer) => (await answer.request().sizes()).responseBodySize;

/** What `go` loads until the page is there. */
async function weigh(page, go, rows = true) {
  const loaded = [];
  const note = (answer) => loaded.push(answer);
  page.on('response', note);
  await go();
  await page.waitForLoadState('networkidle');
  page.off('response', note);
  const kinds = ['document', 'stylesheet', 'script'];
  const own = loaded.filter((answer) => answer.ok() && kinds.includes(answer.request().resourceType()));
  assert.ok(kinds.every((kind) => own.some((answer) => answer.request().resourceType() === kind)));
  const weights = await Promise.all(own.map(sent));
  const aside = rows ? 0 : (await own[0].text()).match(/<tbody>.*?<\/tbody>/gs).join('').length;
  return weights.reduce((sum, weight) => sum + weight) - aside;
}

for (const [name, { who, path, rows }] of Object.entries(PAGES)) {
  test(`${name}: less than 30 KB`, () =>
    company.visit(async (page) => {
      if (who) await open(company, page, '/account', company[who]);
      // As it is for somebody who has not been here: with nothing kept.
      const client = await page.context().newCDPSession(page);
      await client.send('Network.setCacheDisabled', { cacheDisabled: true });
      const weight = await weigh(page, () => page.goto(new URL(path(), company.issuer).href), rows);
      assert.ok(weight > 1000 && weight < HEAVIEST, `${weight} bytes`);
    }));
}

test('the stylesheets say without their layout what they say with it', () =>
  company.visit(async (page) => {
    for (const name of ['latchkey.css', 'dashboard.css']) {
      const written = readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8');
      const answer = await page.goto(`${company.issuer}/static/${name}`);
      const [wanted, found] = await page.evaluate(
        (texts) => texts.map((text) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(text);
          // Custom properties keep their texts as they are written.
          return [...sheet.cssRules].map((rule) => rule.cssText.replaceAll(', ', ','));
        }),
        [written, await answer.text()],
      );
      assert.ok(found.length > 20);
      assert.deepEqual(found, wanted);
    }
  }));
