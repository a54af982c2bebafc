// What an administrator does with scopes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, open, person, press, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addScope('payments:write', 'Move money in your name, at any time and in any amount', '--sensitive');
  world.addScope(`x${'-very'.repeat(18)}-long`, 'س'.repeat(120));
  world.addScope('rtl.read', 'اقرأ ملاحظاتك');
  world.addWebApp('Notes on the web');
});
after(() => world.stop());

const admin = (page, path) => open(world, page, path, administrator);

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator adds a scope, changes and deletes it, ${how}`, async () => {
    const name = `things:read${javaScript ? '' : '/plain'}`;
    await visit(world, async (page) => {
      await admin(page, '/admin/scopes');
      await page.getByRole('link', { name: 'Add scope' }).click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Description', { exact: true }).fill('Read <b>your</b>\n  "things" 🔑');
      await page.getByLabel('Sensitive', { exact: true }).check();
      await press(page, 'Add scope');
      assert.equal(await page.getByRole('status').textContent(), `The scope ${name} was added.`);

      await page.getByRole('link', { name, exact: true }).click();
      assert.equal(await page.getByLabel('Description', { exact: true }).inputValue(), 'Read <b>your</b> "things" 🔑');
      assert.ok(await page.getByLabel('Sensitive', { exact: true }).isChecked());
      await page.getByLabel('Default', { exact: true }).check();
      await press(page, 'Save changes');
      const row = page.getByRole('row').filter({ hasText: name });
      await row.getByText('Default').waitFor();

      await page.getByRole('link', { name: `Delete ${name}` }).click();
      await press(page, 'Delete scope');
      await page.getByRole('status').waitFor();
      assert.equal(await page.getByRole('link', { name, exact: true }).count(), 0);
    }, { javaScript });
  });
}

test('a right-to-left description begins where every other does', async () => {
  await visit(world, async (page) => {
    await admin(page, '/admin/scopes');
    for (const path of ['/admin/scopes', '/admin/roles/edit?name=user', `/admin/roles/scopes?user=${person.username}`]) {
      await page.goto(world.issuer + path);
      const away = await page.getByText('اقرأ ملاحظاتك').evaluate((text) =>
        text.getBoundingClientRect().left - text.parentElement.getBoundingClientRect().left);
      assert.ok(away < 1, `${path}: ${away} pixels away`);
    }
  }, { viewport: { width: 360, height: 640 } });
});

looks(() => world, 'admin scopes', (page) => admin(page, '/admin/scopes'));
looks(() => world, 'admin scope', (page) => admin(page, '/admin/scopes/edit?name=payments%3Awrite'));
looks(() => world, 'admin scope refused', async (page) => {
  await admin(page, '/admin/scopes/new');
  await page.getByLabel('Name', { exact: true }).fill('two words');
  await page.getByLabel('Description', { exact: true }).fill(' ');
  await press(page, 'Add scope');
  await page.locator('[aria-invalid]').first().waitFor();
});
looks(() => world, 'admin scope deletion', (page) => admin(page, '/admin/scopes/delete?name=notes.read'));
looks(() => world, 'admin scope deletion with many clients', async (page) => {
  for (let number = 0; number < 14; number += 1) world.addWebApp(`Notes ${number}`);
  await admin(page, '/admin/scopes/delete?name=notes.write');
  await page.getByRole('heading', { name: 'Clients that lose it (15)' }).waitFor();
  const list = page.getByRole('list', { name: 'Clients that lose it' });
  assert.ok(await list.evaluate((box) => box.scrollHeight > box.clientHeight && box.tabIndex === 0));
});
