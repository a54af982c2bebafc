// What an administrator does with people and roles, and what somebody does with a one-time link.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, authorizeUrl, backAt, open, person, press, signIn, startWorld, visit } from './world.mjs';

let world;
const ids = {};
const long = `${'W'.repeat(40)}${'i'.repeat(24)}`;
const rightToLeft = 'אדה לאבלייס, הרוזנת מלאבלייס';

before(async () => {
  world = await startWorld();
  world.addScope('payments:write', 'Move money in your name, at any time and in any amount', '--sensitive');
  // More than fit: the list scrolls within the form, as it does with hundreds.
  for (let number = 0; number < 40; number += 1) {
    world.addScope(`archive:${String(number).padStart(3, '0')}:read`, `Read shelf ${number} of the archive`);
  }
  world.command(['role', 'add', 'cashier', '--scope', 'payments:write']);
  world.command(['role', 'add', 'chief', '--includes', 'cashier', '--scope', 'archive:000:read']);
  world.command(['role', 'add', `role-${'x'.repeat(59)}`]);
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addUser(long, 'a password of hers', '--role', 'chief', '--role', `role-${'x'.repeat(59)}`);
  world.addUser(rightToLeft, 'a password of hers');
  world.addUser('Nobody in particular', 'a password of theirs');
  world.command(['user', 'disable', 'Nobody in particular']);
  for (const user of JSON.parse(world.command(['user', 'list', '--json']))) ids[user.username] = user.id;
  const client = world.addWebApp('Notes on the web');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    await backAt(page, client.redirect_uris[0]);
  });
});
after(() => world.stop());

const admin = (page, path) => open(world, page, path, administrator);
const told = (page) => page.getByRole('status').textContent();

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator invites somebody, who chooses a password and later another one, ${how}`, async () => {
    const name = `Bea <b>"${javaScript ? '🔑' : 'plain'}`;
    const links = [];
    await visit(world, async (page) => {
      await admin(page, '/admin/users');
      await page.getByRole('link', { name: 'Add user' }).click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('E-mail', { exact: true }).fill('bea@example.org');
      await page.getByLabel('cashier', { exact: true }).check();
      await press(page, 'Add user and make a link');
      links.push(await page.locator('#link').textContent());
      await page.getByText('It will not be shown again.').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Copy' }).count(), javaScript ? 1 : 0);
      await page.getByRole('link', { name: 'Go to' }).click();
      await page.getByText('No password yet').waitFor();
    }, { javaScript });
    await visit(world, async (page) => {
      await page.goto(links[0]);
      assert.equal(page.url(), `${world.issuer}/link`);
      await page.getByLabel('New password', { exact: true }).fill('a first password');
      await page.getByLabel('Repeat new password', { exact: true }).fill('a first password');
      await press(page, 'Set password and sign in');
      await page.waitForURL(`${world.issuer}/account`);
      await page.goto(links[0]);
      await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    }, { javaScript });
    await visit(world, async (page) => {
      await admin(page, `/admin/users?q=${encodeURIComponent('bea <')}`);
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('link', { name: 'Reset password' }).click();
      await press(page, 'Make a link');
      links.push(await page.locator('#link').textContent());
      await page.goto(links[1]);
      await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    }, { javaScript });
  });

  test(`an administrator changes a profile and roles, disables, enables and ends all access, ${how}`, async () => {
    const name = `Cora ${javaScript ? 'one' : 'two'}`;
    world.addUser(name, 'a password of hers');
    await visit(world, async (page) => {
      await admin(page, '/admin/users');
      await page.getByLabel('Name, e-mail or id begins with').fill(name.toUpperCase());
      await press(page, 'Search');
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('link', { name: 'Edit profile' }).click();
      await page.getByLabel('E-mail', { exact: true }).fill('cora@example.org');
      await press(page, 'Save changes');
      assert.equal(await told(page), 'The profile was changed.');
      await page.getByText('cora@example.org').waitFor();

      await page.getByRole('link', { name: 'Change roles' }).click();
      await page.getByLabel('chief', { exact: true }).check();
      await press(page, 'Save roles');
      assert.equal(await told(page), `The roles of ${name} were changed.`);
      await page.getByRole('link', { name: 'Which, and why?' }).click();
      await page.getByText('By the role chief, which includes cashier.').waitFor();
      await page.getByRole('link', { name: `Go to ${name}` }).click();

      await page.getByRole('link', { name: 'Disable user' }).click();
      await press(page, 'Disable user');
      assert.equal(await told(page), `${name} is disabled.`);
      await press(page, 'Enable user');
      assert.equal(await told(page), `${name} is enabled and can sign in again.`);
      await page.getByRole('link', { name: 'End all access' }).click();
      await press(page, 'End all access');
      assert.match(await told(page), /^All access of Cora .* was ended/);
    }, { javaScript });
  });

  test(`an administrator adds a role, changes and deletes it, ${how}`, async () => {
    const name = `writer-${javaScript ? 'a' : 'b'}`;
    await visit(world, async (page) => {
      await admin(page, '/admin/roles');
      await page.getByRole('link', { name: 'Add role' }).click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('archive:039:read', { exact: true }).check();
      await page.getByLabel('cashier', { exact: true }).check();
      await press(page, 'Add role');
      assert.equal(await told(page), `The role ${name} was added.`);
      await page.getByRole('link', { name: 'cashier', exact: true }).click();
      await page.getByLabel(name, { exact: true }).check();
      await press(page, 'Save changes');
      await page.getByText(`cashier includes ${name} includes cashier`).waitFor();
      assert.ok(await page.getByLabel('payments:write', { exact: true }).isChecked());
      await page.goto(`${world.issuer}/admin/roles`);
      await page.getByRole('link', { name: `Delete ${name}` }).click();
      await page.getByText('Nobody has this role').waitFor();
      await press(page, 'Delete role');
      assert.equal(await told(page), `The role ${name} was deleted.`);
    }, { javaScript });
  });
}

looks(() => world, 'admin users', (page) => admin(page, '/admin/users'));
looks(() => world, 'admin users none', (page) => admin(page, '/admin/users?q=zzz&status=disabled'));
looks(() => world, 'admin user', (page) => admin(page, `/admin/users/${ids[person.username]}`));
looks(() => world, 'admin user long', (page) => admin(page, `/admin/users/${ids[long]}`));
looks(() => world, 'admin user rtl', (page) => admin(page, `/admin/users/${ids[rightToLeft]}`));
looks(() => world, 'admin user new refused', async (page) => {
  await admin(page, '/admin/users/new');
  await page.getByLabel('Name', { exact: true }).fill(administrator.username);
  await page.getByLabel('E-mail', { exact: true }).fill('someone@example.org');
  await press(page, 'Add user and make a link');
  await page.locator('[aria-invalid]').first().waitFor();
});
looks(() => world, 'admin user link made', async (page) => {
  await admin(page, `/admin/users/${ids[rightToLeft]}/link`);
  await press(page, 'Make a link');
  await page.locator('#link').waitFor();
});
for (const act of ['edit', 'roles', 'link', 'disable', 'panic']) {
  looks(() => world, `admin user ${act}`, (page) => admin(page, `/admin/users/${ids[long]}/${act}`));
}
looks(() => world, 'admin project', (page) => admin(page, `/admin/projects/${ids[person.username]}`));
looks(() => world, 'admin project panic', (page) => admin(page, `/admin/projects/${ids[long]}/panic`));
looks(() => world, 'admin roles', (page) => admin(page, '/admin/roles'));
looks(() => world, 'admin role', (page) => admin(page, '/admin/roles/edit?name=user'));
looks(() => world, 'admin role cycle', async (page) => {
  await admin(page, '/admin/roles/edit?name=cashier');
  await page.getByLabel('chief', { exact: true }).check();
  await press(page, 'Save changes');
  await page.getByText('No role may include itself').waitFor();
});
looks(() => world, 'admin role deletion', (page) => admin(page, '/admin/roles/delete?name=cashier'));
looks(() => world, 'admin scopes of a user', (page) =>
  admin(page, `/admin/roles/scopes?user=${ids[long]}`));
looks(() => world, 'link', async (page) => {
  let link;
  await visit(world, async (other) => {
    await admin(other, `/admin/users/${ids[long]}/link`);
    await press(other, 'Make a link');
    link = await other.locator('#link').textContent();
  });
  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).waitFor();
});
looks(() => world, 'link used', (page) => page.goto(`${world.issuer}/link`));
