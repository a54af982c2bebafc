// What a person does with their own access tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, open, press, startWorld, visit } from './world.mjs';

const MANY = { username: 'מרים', password: 'a password that is long enough' };

let world;
let api;
before(async () => {
  world = await startWorld();
  world.addScope('payments:write', 'Move money in your name, at any time and in any amount', '--default', '--sensitive');
  world.addUser(MANY.username, MANY.password);
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  api = world.addClient('Notes API', '--resource-server');
});
after(() => world.stop());

async function introspect(token) {
  const authorization = `Basic ${Buffer.from(`${api.client_id}:${api.client_secret}`).toString('base64')}`;
  const body = new URLSearchParams({ token });
  const answer = await fetch(`${world.issuer}/oauth/introspect`, { method: 'POST', headers: { authorization }, body });
  return answer.json();
}

async function create(page, name, expires = 'In 30 days') {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('notes.read', { exact: true }).check();
  await page.getByRole('radio', { name: expires }).check();
  await press(page, 'Create token');
  return (await page.locator('#new-token').textContent()).trim();
}

looks(() => world, 'tokens none', (page) => open(world, page, '/account/tokens'));

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`a person makes a token, uses it and revokes it, ${how}`, async () => {
    const name = `Backup ${how} <b>🔑</b>`;
    await visit(world, async (page) => {
      await open(world, page, '/account/tokens');
      await page.getByRole('link', { name: 'New token' }).click();
      const token = await create(page, name);
      assert.match(token, /^lkp_/);
      assert.equal(await page.getByRole('status').textContent(), `The token ${name} was created.`);
      assert.ok((await page.locator('pre').first().textContent()).includes(token));
      assert.equal(await page.getByRole('button', { name: 'Copy' }).count() > 0, javaScript);
      assert.equal((await introspect(token)).kind, 'personal');

      await page.reload();
      assert.equal(await page.locator('#new-token').count(), 0);
      const row = page.locator('li').filter({ hasText: name });
      assert.equal(await row.count(), 1);
      await row.getByText('Never used').waitFor();

      await row.getByRole('link', { name: 'Revoke' }).click();
      await press(page, 'Revoke token');
      await page.getByRole('status').waitFor();
      assert.deepEqual(await introspect(token), { active: false });
    }, { javaScript });
  });

  test(`what was typed stays after a mistake, ${how}`, async () => {
    await visit(world, async (page) => {
      await open(world, page, '/account/tokens/new');
      await page.getByLabel('Name', { exact: true }).fill('Kept "as it is"');
      await page.getByRole('radio', { name: 'At the end of a day' }).check();
      await press(page, 'Create token');
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Kept "as it is"');
      assert.ok(await page.getByRole('radio', { name: 'At the end of a day' }).isChecked());
      await page.getByText('Choose at least one scope.').waitFor();
      await page.getByText('Choose a day').waitFor();
    }, { javaScript });
  });
}

looks(() => world, 'tokens', async (page) => {
  await open(world, page, '/account/tokens/new', MANY);
  await create(page, 'W'.repeat(100), 'Never');
  await page.goto(`${world.issuer}/account/tokens/new`);
  await create(page, 'نسخة احتياطية 📓', 'In 7 days');
  await page.goto(`${world.issuer}/account/tokens`);
});
looks(() => world, 'token shown once', async (page) => {
  await open(world, page, '/account/tokens/new', MANY);
  await create(page, 'Shown once');
});
looks(() => world, 'token form', (page) => open(world, page, '/account/tokens/new'));
looks(() => world, 'token form refused', async (page) => {
  await open(world, page, '/account/tokens/new');
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(101));
  await page.getByRole('radio', { name: 'At the end of a day' }).check();
  await press(page, 'Create token');
  await page.locator('[aria-invalid]').first().waitFor();
});
looks(() => world, 'token revocation', async (page) => {
  await open(world, page, '/account/tokens', MANY);
  await page.getByRole('link', { name: 'Revoke' }).first().click();
});
looks(() => world, 'sign-in history', async (page) => {
  for (const password of ['wrong', MANY.password]) {
    await page.goto(`${world.issuer}/login`);
    await page.getByLabel('Username', { exact: true }).fill(MANY.username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await press(page, 'Sign in');
  }
  await page.goto(`${world.issuer}/account/history`);
});
looks(() => world, 'account with tokens', (page) => open(world, page, '/account', MANY));
const leaked = async (page, path) => {
  await open(world, page, '/account/tokens/new', MANY);
  const token = await create(page, `In a public repository: ${'W'.repeat(60)}`);
  const body = new URLSearchParams({ token });
  assert.equal((await fetch(`${world.issuer}/auth/leaked`, { method: 'POST', body })).status, 200);
  await page.goto(`${world.issuer}${path}`);
  await page.getByText('reported as leaked').first().waitFor();
};
looks(() => world, 'account told of a leak', (page) => leaked(page, '/account'));
looks(() => world, 'tokens with a leaked one', (page) => leaked(page, '/account/tokens'));
looks(() => world, 'token form with 200 scopes', async (page) => {
  await open(world, page, '/admin/scopes/new', administrator);
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  for (let number = 0; number < 200; number += 1) {
    const long = number % 10 ? '' : ':with-a-rather-long-name-that-does-not-end';
    const description = `Do thing number ${number} with whatever is there`;
    const form = { csrf, name: `area${number}${long}`, description, default: 'yes' };
    await page.request.post(`${world.issuer}/admin/scopes/new`, { form, maxRedirects: 0 });
  }
  await page.goto(`${world.issuer}/account/tokens/new`);
  assert.ok(await page.getByRole('checkbox').count() > 200);
});

test('a double click on a slow line makes one token and shows it', async () => {
  await visit(world, async (page) => {
    await open(world, page, '/account/tokens/new');
    const line = await page.context().newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 100, downloadThroughput: -1, uploadThroughput: -1 });
    await page.getByLabel('Name', { exact: true }).fill('Clicked twice');
    await page.getByLabel('notes.read', { exact: true }).check();
    await page.getByRole('button', { name: 'Create token' }).dblclick({ delay: 30 });
    assert.match(await page.locator('#new-token').textContent(), /^lkp_/);
    assert.equal(await page.locator('li').filter({ hasText: 'Clicked twice' }).count(), 1);
  });
});
