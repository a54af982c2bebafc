// What an administrator does with the audit log.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, authorizeUrl, backAt, open, person, press, signIn, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addUser('مستخدم طويل الاسم', 'a password that is long enough');
  const client = world.addWebApp('ThisNameHasNoSpaces'.repeat(10));
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
  });
});
after(() => world.stop());

const log = (page, query = '') => open(world, page, `/admin/audit${query}`, administrator);

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator finds who signed in, and takes it along as a file, ${how}`, async () => {
    await visit(world, async (page) => {
      await log(page);
      await page.getByLabel('Who did it').fill(person.username);
      await page.getByLabel('What', { exact: true }).selectOption('user.signed_in');
      await press(page, 'Filter');
      await page.waitForURL(/actor=Ada&.*action=user\.signed_in/);
      const rows = page.locator('tbody tr');
      assert.equal(await rows.count(), 1);
      assert.match(await rows.textContent(), /Ada.*user\.signed_in.*127\.0\.0\.1/s);

      for (const [name, line] of [['Export as CSV', /^evt_\w+,\S+,user\.signed_in,usr_/m], ['Export as JSON lines', /^\{.*"action":"user\.signed_in".*\}$/m]]) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
        const text = readFileSync(await download.path(), 'utf8');
        assert.match(text, line);
        assert.match(download.suggestedFilename(), /^audit-log\.(csv|jsonl)$/);
      }

      await page.getByLabel('Who did it').fill('nobody at all');
      await press(page, 'Filter');
      await page.getByText('Nobody has this username.').waitFor();
      assert.equal(await page.getByLabel('Who did it').inputValue(), 'nobody at all');
      await page.getByRole('link', { name: 'Clear' }).click();
      await page.locator('tbody tr').nth(2).waitFor();
    }, { javaScript });
  });
}

test('on a telephone the navigation is whole, and events begin on the first screen', async () => {
  await visit(world, async (page) => {
    await log(page);
    const links = await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').all();
    assert.equal(links.length, 7);
    for (const link of links) {
      const { x, width } = await link.boundingBox();
      assert.ok(x >= 0 && x + width <= 360, await link.textContent());
    }
    const { y } = await page.locator('tbody tr').first().boundingBox();
    assert.ok(y < 640, `${y} pixels down`);
    // The filters are one press away, and in sight as long as one is set.
    const actor = page.getByLabel('Who did it');
    assert.equal(await actor.isVisible(), false);
    await page.getByText('Filters', { exact: true }).click();
    await actor.fill(person.username);
    await press(page, 'Filter');
    await page.waitForURL(/actor=Ada/);
    assert.ok(await actor.isVisible());
  }, { javaScript: false, viewport: { width: 360, height: 640 } });
});

/** An event of a grant of many scopes, around HTTP: to register so many takes a minute. */
function dbGrantOfManyScopes() {
  const scopes = Array.from({ length: 200 }, (_, number) => `things.of.some.kind.${number}:read`).join(' ');
  const insert = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=60) as db:
    db.execute("INSERT INTO audit_events (id, occurred_at, action, detail) VALUES ('evt_many', unixepoch(), 'authorization.granted', ?)", [sys.argv[2]])`;
  execFileSync('python3', ['-c', insert, world.run.env.LATCHKEY_DATABASE_URL.replace('sqlite://', ''), scopes]);
}

looks(() => world, 'admin audit log', (page) => log(page));
looks(() => world, 'admin audit log of a grant of many scopes', async (page) => {
  dbGrantOfManyScopes();
  await log(page);
  const row = page.getByRole('row').filter({ hasText: 'and 198 more' });
  const { height } = await row.boundingBox();
  assert.ok(height < 150, `${height} pixels`);
  await row.locator('summary').click();
  await row.getByText('things.of.some.kind.199:read').waitFor();
  assert.ok((await row.boundingBox()).height < 600);
});
looks(() => world, 'admin audit log without a match', (page) => log(page, '?actor=nobody&action=nothing'));
