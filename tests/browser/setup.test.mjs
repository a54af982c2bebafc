// The first administrator, through the one-time link that the first start prints.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startProgram } from '../clients/program.mjs';
import { launch, press, signIn, visit } from './world.mjs';

const administrator = { username: 'Grace', password: 'a password that is long enough' };
const links = (text) => text.match(/http:\/\/127\.0\.0\.1:\d+\/setup\S*/g) ?? [];

let world;
before(async () => {
  world = { ...(await startProgram()), browser: await launch() };
});
after(async () => {
  await world.browser.close();
  await world.stop();
});

async function fillIn(page) {
  await page.getByLabel('Username', { exact: true }).fill(administrator.username);
  const email = page.getByLabel(/e-?mail/i);
  if (await email.count()) await email.first().fill('grace@example.com');
  for (const field of await page.locator('input[type=password]').all()) await field.fill(administrator.password);
}

test('the link of the first start makes the first administrator, once', async () => {
  const [printed] = links(world.log());
  assert.ok(printed, `the first start prints a link: ${world.log()}`);
  const [fresh] = links(world.command(['setup-link']));
  assert.ok(fresh && fresh !== printed, 'the command prints a fresh one');

  await visit(world, async (page) => {
    await page.goto(fresh);
    assert.equal(page.url(), `${world.issuer}/setup`, 'the token has left the address');
    await fillIn(page);
    await page.locator('main form button[type=submit], main form button:not([type])').first().click();
    await page.waitForURL((url) => url.pathname !== '/setup');
  });
  await visit(world, async (page) => {
    await page.goto(`${world.issuer}/login`);
    await signIn(page, administrator);
    await page.waitForURL(`${world.issuer}/account`);
  });
  await visit(world, async (page) => {
    await page.goto(fresh);
    assert.equal(await page.getByLabel('Username', { exact: true }).count(), 0, 'the link is used up');
  });
  assert.throws(() => world.command(['setup-link']), /admin/i, 'there is an administrator now');
  const [user] = JSON.parse(world.command(['user', 'list', '--json']));
  assert.ok(JSON.stringify(user).includes('"admin"'), 'and has the role');
});
