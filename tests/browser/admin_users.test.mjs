// What an administrator does with people and roles, and what somebody does with a one-time link.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, authorizeUrl, backAt, open, person, press, shows, signIn, startWorld, visit } from './world.mjs';

let world;
let api;
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
  api = world.addClient('Notes API', '--resource-server');
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
const says = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

async function isActive(token) {
  const authorization = `Basic ${btoa(`${api.client_id}:${api.client_secret}`)}`;
  const body = new URLSearchParams({ token });
  const answer = await fetch(`${world.issuer}/oauth/introspect`, { method: 'POST', headers: { authorization }, body });
  return (await answer.json()).active;
}

/** What somebody has who uses everything: an app, an access token, a project with an API key. */
async function makeOwn(page, who, client) {
  await page.goto(authorizeUrl(world, client));
  await signIn(page, who);
  await press(page, 'Allow');
  await backAt(page, client.redirect_uris[0]);
  await page.goto(`${world.issuer}/account/tokens/new`);
  await page.getByLabel('Name', { exact: true }).fill('Backup');
  await page.getByLabel('notes.read', { exact: true }).check();
  await press(page, 'Create token');
  const token = (await page.locator('#new-token').textContent()).trim();
  await page.goto(`${world.issuer}/account/projects/new`);
  await page.getByLabel('Name', { exact: true }).fill(`Weather of ${who.username}`);
  await press(page, 'Create project');
  await page.getByRole('link', { name: 'New client' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Station');
  await page.getByRole('radio', { name: 'An API key' }).check();
  await page.getByLabel('notes.read', { exact: true }).check();
  await press(page, 'Create client');
  return { token, key: (await page.locator('#new-secret').textContent()).trim() };
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator invites somebody, who chooses a password and later another one, ${how}`, async () => {
    const name = `Bea <b>"${javaScript ? '🔑' : 'plain'}`;
    const links = [];
    await visit(world, async (page) => {
      await admin(page, '/admin/users');
      await page.getByRole('link', { name: 'Add user' }).click();
      await page.getByLabel('Username', { exact: true }).fill(name);
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

  test(`an administrator ends sessions, an app, a token and all access of a project, ${how}`, async () => {
    const who = { username: `Dora ${javaScript ? 'one' : 'two'}`, password: 'a password of hers' };
    world.addUser(who.username, who.password);
    const client = world.addWebApp(`Diary ${how}`);
    await visit(world, async (theirs) => {
      const own = await makeOwn(theirs, who, client);
      // Whoever closes a browser stays signed in.
      for (let more = 0; more < 2; more += 1) await visit(world, (page) => open(world, page, '/account', who));
      assert.deepEqual([await isActive(own.token), await isActive(own.key)], [true, true]);

      await visit(world, async (page) => {
        await admin(page, `/admin/users?q=${encodeURIComponent(who.username)}`);
        await page.getByRole('link', { name: who.username, exact: true }).click();
        const sessions = page.locator('#sessions li');
        await sessions.nth(2).waitFor();
        await sessions.first().getByRole('button', { name: 'Sign out' }).click();
        await says(page, `A session of ${who.username} was signed out.`);
        assert.equal(await sessions.count(), 2);
        await press(page, 'Sign out everywhere');
        await says(page, `${who.username} was signed out everywhere.`);
        await page.getByText('No sessions').waitFor();

        await page.locator('#apps').getByRole('button', { name: 'Disconnect' }).click();
        await says(page, `An app of ${who.username} was disconnected.`);
        await page.getByText('No connected apps').waitFor();
        await page.locator('#tokens').getByRole('button', { name: 'Revoke' }).click();
        await says(page, `A token of ${who.username} was revoked.`);
        assert.equal(await isActive(own.token), false);

        await page.getByRole('link', { name: `Weather of ${who.username}` }).click();
        await page.getByRole('link', { name: 'End all keys and tokens' }).click();
        await page.getByText('1 API key').waitFor();
        await press(page, 'End all keys and tokens');
        await says(page, `All keys and tokens of Weather of ${who.username} were ended: 1 API key.`);
        assert.equal(await isActive(own.key), false);
      }, { javaScript });

      await theirs.goto(`${world.issuer}/account`);
      await shows(theirs, 'Sign in');
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

test('breadcrumbs have a slash between them and none at their end', async () => {
  await visit(world, async (page) => {
    await admin(page, `/admin/users/${ids[person.username]}/edit`);
    const slashes = await page.locator('.crumbs li').evaluateAll((crumbs) =>
      crumbs.map((crumb) => ['::before', '::after'].map((part) => getComputedStyle(crumb, part).content[1] === '/')));
    assert.deepEqual(slashes, [[false, false], [true, false]]);
  });
});

test('on a telephone an administrator reads their own name, and no ring of the focus is cut', async () => {
  await visit(world, async (page) => {
    await admin(page, '/account');
    assert.ok(await page.locator('.bar bdi').evaluate((name) => name.scrollWidth <= name.clientWidth));
    await page.getByRole('navigation', { name: 'Account' }).getByRole('link', { name: 'Administration' }).click();
    await page.waitForURL(`${world.issuer}/admin`);
    const cut = await page.locator('.bar a').evaluateAll((links) => links.filter((link) => {
      for (let box = link; box; box = box.parentElement) if (getComputedStyle(box).overflowX !== 'visible') return true;
      return false;
    }).length);
    assert.equal(cut, 0);
  }, { viewport: { width: 360, height: 640 } });
});

test('the form of a role has the names, the marks and the search that the form of a client has', async () => {
  await visit(world, async (page) => {
    await admin(page, '/admin/roles/edit?name=cashier');
    await page.getByLabel('Find a scope').fill('payments');
    const shown = page.locator('#scope-list > .choice:visible');
    assert.equal(await shown.count(), 1);
    assert.equal(await shown.locator('code').textContent(), 'payments:write');
    await shown.getByText('Sensitive', { exact: true }).waitFor();
  });
});

looks(() => world, 'admin users', (page) => admin(page, '/admin/users'));
looks(() => world, 'admin users none', (page) => admin(page, '/admin/users?q=zzz&status=disabled'));
looks(() => world, 'admin user', (page) => admin(page, `/admin/users/${ids[person.username]}`));
looks(() => world, 'admin user long', (page) => admin(page, `/admin/users/${ids[long]}`));
looks(() => world, 'admin user rtl', (page) => admin(page, `/admin/users/${ids[rightToLeft]}`));
looks(() => world, 'admin user new refused', async (page) => {
  await admin(page, '/admin/users/new');
  await page.getByLabel('Username', { exact: true }).fill(administrator.username);
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
