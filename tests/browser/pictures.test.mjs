// The pictures of README.md and docs/, drawn from the pages as they are. To replace those that are kept:
//   LATCHKEY_PICTURES=docs/images tests/run browser
// Without that they are drawn and measured all the same, so that a page that has gone is noticed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startCompany } from './company.mjs';
import { inPalette } from './palette.mjs';
import { authorizeUrl, open, press, shows, signIn } from './world.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.LATCHKEY_PICTURES ?? join(root, 'tests/browser/screenshots/docs');
const HEAVIEST = 60_000;
// Below the last thing, where the next would begin.
const MARGIN = 12;

let company;
before(async () => {
  mkdirSync(folder, { recursive: true });
  company = await startCompany();
});
after(() => company?.stop());

const admin = (page, path) => open(company, page, path, company.administrator);
const ada = (page, path) => open(company, page, path, company.person);

/** Each opens its page, and gives the last thing that is in the picture. */
const PICTURES = {
  // First, before the signing in for the others is in it.
  'admin-audit': async (page) => {
    await admin(page, '/admin/audit');
    return page.locator('tbody tr').nth(6);
  },
  consent: async (page) => {
    await page.goto(authorizeUrl(company, company.clients.web, { scope: 'notes.read notes.write' }));
    await signIn(page, { ...company.person, username: 'Kenji' });
    await shows(page, 'Allow');
    return page.locator('main');
  },
  'admin-dashboard': async (page) => {
    await admin(page, '/admin');
    return page.locator('section[aria-labelledby=activity]');
  },
  'admin-clients': async (page) => {
    await admin(page, '/admin/clients');
    return page.locator('.pager');
  },
  'admin-client': async (page) => {
    await admin(page, `/admin/clients/${company.clients.web.client_id}`);
    return page.locator('section[aria-labelledby=secrets] .card').first();
  },
  'admin-client-secret': async (page) => {
    await admin(page, '/admin/clients/new?kind=service');
    await page.getByLabel('Name', { exact: true }).fill('Nightly report');
    await press(page, 'Register client');
    await page.locator('#client-secret').waitFor();
    return page.locator('section[aria-labelledby=settings]');
  },
  'admin-token': async (page) => {
    await admin(page, '/admin/tokens');
    await page.getByLabel('Token, last four characters, jti or request id').fill(company.tokens.access_token);
    await press(page, 'Look up');
    await page.getByText('Active.', { exact: true }).waitFor();
    return page.locator('main > *').last();
  },
  account: async (page) => {
    await ada(page, '/account');
    return page.locator('#sessions');
  },
  'account-tokens': async (page) => {
    await ada(page, '/account/tokens');
    return page.locator('main section').last();
  },
  'project-keys': async (page) => {
    await ada(page, company.projectClient);
    return page.locator('main section').last();
  },
};

for (const [name, show] of Object.entries(PICTURES)) {
  test(`the picture ${name} is drawn and is light`, () =>
    company.visit(async (page) => {
      const { y, height } = await (await show(page)).boundingBox();
      await page.evaluate(() => document.activeElement.blur());
      const clip = { x: 0, y: 0, width: 1280, height: Math.ceil(y + height) + MARGIN };
      const picture = await inPalette(company.browser, await page.screenshot({ fullPage: true, clip }));
      writeFileSync(join(folder, `${name}.png`), picture);
      assert.ok(picture.length < HEAVIEST, `${name} has ${picture.length} bytes`);
    }));
}

test('the pages of docs show every picture and no other', () => {
  const shown = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)]
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/!\[[^\]]+\]\([^)]*images\/([\w-]+)\.png\)/g)])
    .map(([, name]) => name);
  assert.deepEqual(shown.sort(), Object.keys(PICTURES).sort());
  for (const name of shown) {
    const kept = readFileSync(join(root, 'docs/images', `${name}.png`));
    assert.ok(kept.length < HEAVIEST, `${name} has ${kept.length} bytes`);
  }
});
