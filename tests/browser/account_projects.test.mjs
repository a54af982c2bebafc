// What a person does with projects, their clients, API keys and members.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, dbTypedLongAgo, open, person, press, shows, startWorld, visit } from './world.mjs';

const PASSWORD = 'a password that is long enough';
const owner = { username: 'ליאור', password: PASSWORD };
const LONG = 'W'.repeat(64);

let world;
let api;
before(async () => {
  world = await startWorld();
  for (const name of [owner.username, LONG, 'Bea']) world.addUser(name, PASSWORD);
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addScope('payments.write', 'Move money in your name, at any time and in any amount', '--sensitive');
  api = world.addClient('Notes API', '--resource-server');
});
after(() => world.stop());

async function introspect(token) {
  const authorization = `Basic ${Buffer.from(`${api.client_id}:${api.client_secret}`).toString('base64')}`;
  const body = new URLSearchParams({ token });
  const answer = await fetch(`${world.issuer}/oauth/introspect`, { method: 'POST', headers: { authorization }, body });
  return answer.json();
}

/** Whether a secret gets its client a token. */
async function getsToken(id, secret) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  return (await fetch(`${world.issuer}/oauth/token`, { method: 'POST', body })).ok;
}

const isActive = async (token) => (await introspect(token)).active;

const told = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();
const shown = async (page) => (await page.locator('#new-secret').textContent()).trim();

async function createProject(page, name) {
  await page.goto(`${world.issuer}/account/projects/new`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await press(page, 'Create project');
  await told(page, 'was created');
}

async function createClient(page, name, proof) {
  await page.getByRole('link', { name: 'New client' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('radio', { name: proof }).check();
  await page.getByLabel('notes.read', { exact: true }).check();
  await press(page, 'Create client');
  return shown(page);
}

async function add(page, name) {
  await page.getByLabel('Username', { exact: false }).fill(name);
  await press(page, 'Add to project');
  await told(page, 'belongs to the project now');
}

// First, while there is none but everybody's own.
looks(() => world, 'projects none', async (page) => {
  await open(world, page, '/account/projects', owner);
  await page.getByText('No other projects').waitFor();
});

test('the first of the projects is the personal one and leads to the access tokens', async () => {
  await visit(world, async (page) => {
    await open(world, page, '/account/projects', owner);
    const first = page.locator('.rows > li').first();
    await first.getByText('holds your access tokens').waitFor();
    await first.getByRole('link', { name: 'Personal' }).click();
    await page.getByRole('heading', { name: 'Access tokens' }).waitFor();
  });
});

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`a person makes a project with a client and a key, rotates and revokes it, ${how}`, async () => {
    await visit(world, async (page) => {
      await open(world, page, '/account/projects');
      await createProject(page, `Weather ${how}`);
      const secret = await createClient(page, 'Station', 'A client secret');
      assert.match(secret, /^lks_/);

      await page.getByRole('link', { name: 'New API key' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Cron job');
      await page.getByLabel('notes.read', { exact: true }).check();
      await press(page, 'Create API key');
      const first = await shown(page);
      assert.match(first, /^lkk_/);
      assert.ok(await isActive(first));
      await page.reload();
      assert.equal(await page.locator('#new-secret').count(), 0);

      await page.getByRole('link', { name: 'Rotate' }).click();
      await page.getByRole('radio', { name: 'At once' }).check();
      await press(page, 'Rotate key');
      const second = await shown(page);
      assert.deepEqual([await isActive(first), await isActive(second)], [false, true]);

      await page.locator('li').filter({ hasText: 'Cron job' }).first().getByRole('link', { name: 'Revoke' }).click();
      await press(page, 'Revoke key');
      await told(page, 'was revoked');
      assert.equal(await isActive(second), false);
    }, { javaScript });
  });

  test(`a person gives a client another name and other scopes, ${how}`, async () => {
    const name = `Edited ${how}`;
    await visit(world, async (page) => {
      await open(world, page, '/account/projects');
      await createProject(page, name);
      const key = await createClient(page, 'Station', 'An API key');
      await page.getByRole('link', { name: 'Edit', exact: true }).click();
      const [reads, writes] = ['notes.read', 'notes.write'].map((scope) => page.getByLabel(scope, { exact: true }));
      assert.deepEqual([await reads.isChecked(), await writes.isChecked()], [true, false]);
      // A mistake is told, and what was typed and ticked stays.
      await page.getByLabel('Name', { exact: true }).fill('Roof <b>🔭</b>');
      await reads.uncheck();
      await press(page, 'Save changes');
      await page.getByText('Choose at least one scope.').waitFor();
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Roof <b>🔭</b>');
      await writes.check();
      await press(page, 'Save changes');
      await told(page, 'in force');
      await page.getByRole('heading', { name: 'Roof <b>🔭</b>' }).waitFor();
      await page.getByText('1 scope', { exact: true }).first().click();
      await page.getByText('Change and delete your notes').first().waitFor();
      // The key could only do what is taken away.
      assert.equal((await introspect(key)).scope, '');
    }, { javaScript });
  });

  test(`an owner adds a member, ends all keys and deletes the project, ${how}`, async () => {
    await visit(world, async (page) => {
      await open(world, page, '/account/projects');
      await createProject(page, `Ends ${how}`);
      const key = await createClient(page, 'Station', 'An API key');
      await page.getByRole('link', { name: `Ends ${how}` }).click();
      await page.getByRole('link', { name: 'All members' }).click();
      await add(page, 'Bea');
      await page.locator('li').filter({ hasText: 'Bea' }).getByRole('button', { name: 'Make owner' }).click();
      await told(page, 'is an owner');
      await page.locator('li').filter({ hasText: 'Bea' }).getByRole('button', { name: 'Remove' }).click();
      await told(page, 'does not belong');

      await page.getByRole('link', { name: `Ends ${how}` }).click();
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('link', { name: 'End all keys and tokens' }).click();
      await press(page, 'End all keys and tokens');
      await told(page, 'None works any more');
      assert.equal(await isActive(key), false);

      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('link', { name: 'Delete project' }).click();
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByRole('link', { name: 'Delete project' }).click();
      await page.getByLabel('Project name').fill(`Ends ${how}`);
      await press(page, 'Delete project');
      await told(page, 'was deleted');
    }, { javaScript });
  });

  test(`an owner revokes a secret, deletes its client, renames the project and leaves it to another, ${how}`, async () => {
    const [name, renamed] = [`Left ${how}`, `Renamed ${how} <b>`];
    await visit(world, async (page) => {
      await open(world, page, '/account/projects');
      await createProject(page, name);
      const project = page.url();
      const secret = await createClient(page, 'Station', 'A client secret');
      const id = await page.locator('#client-id').textContent();
      assert.ok(await getsToken(id, secret));
      await page.getByRole('link', { name: 'Revoke' }).click();
      await press(page, 'Revoke secret');
      await told(page, 'was revoked');
      assert.ok(!(await getsToken(id, secret)));
      await page.getByRole('link', { name: 'Delete client' }).click();
      await press(page, 'Delete client');
      await told(page, 'The client Station was deleted.');
      await page.getByText('No clients').waitFor();

      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByLabel('Name', { exact: true }).fill(renamed);
      await press(page, 'Rename project');
      await told(page, `The project is called ${renamed} now.`);
      await page.getByRole('heading', { name: renamed }).waitFor();

      await page.getByRole('link', { name: 'All members' }).click();
      await add(page, 'Bea');
      const bea = page.locator('li').filter({ hasText: 'Bea' });
      await bea.getByRole('button', { name: 'Make owner' }).click();
      await told(page, 'is an owner');
      await bea.getByRole('button', { name: 'Make member' }).click();
      await told(page, 'no owner any more');
      await bea.getByRole('button', { name: 'Make owner' }).click();
      await told(page, 'is an owner');
      await page.getByRole('link', { name: 'Leave project' }).click();
      await press(page, 'Leave project');
      await told(page, `You left the project ${renamed}.`);
      assert.equal(await page.getByRole('link', { name: renamed }).count(), 0);
      assert.equal((await page.goto(project)).status(), 404);
    }, { javaScript });
  });
}

const NAME = 'مشروع الطقس 📓';

test('a project to look at', async () => {
  await visit(world, async (page) => {
    await open(world, page, '/account/projects', owner);
    await createProject(page, 'W'.repeat(100));
    await createProject(page, NAME);
    const project = page.url();
    await createClient(page, 'محطة', 'An API key');
    await page.getByRole('link', { name: 'New secret' }).click();
    await page.getByLabel('Name', { exact: true }).fill('W'.repeat(100));
    await press(page, 'Create secret');
    await page.goto(project);
    await createClient(page, 'V'.repeat(200), 'A client secret');
    await page.goto(`${project}/members`);
    await add(page, LONG);
    await add(page, person.username);
  });
});

async function project(page, below = '') {
  await open(world, page, '/account/projects', owner);
  await page.getByRole('link', { name: NAME }).click();
  await page.waitForURL(/projects\/[a-z0-9-]+$/);
  if (below) await page.goto(page.url() + below);
}

async function client(page, link) {
  await project(page);
  await page.getByRole('link', { name: 'محطة' }).click();
  if (link) await page.getByRole('link', { name: link }).first().click();
}

looks(() => world, 'projects', (page) => open(world, page, '/account/projects', owner));
looks(() => world, 'project form refused', async (page) => {
  await open(world, page, '/account/projects/new', owner);
  await page.getByLabel('Name', { exact: true }).fill('Weather');
  await page.getByLabel('Slug').fill('Not a slug');
  await press(page, 'Create project');
  await page.locator('[aria-invalid]').first().waitFor();
});
looks(() => world, 'project', (page) => project(page));
looks(() => world, 'project empty', async (page) => {
  await open(world, page, '/account/projects', owner);
  await page.getByRole('link', { name: 'W'.repeat(100) }).click();
});
looks(() => world, 'project members', (page) => project(page, '/members'));
looks(() => world, 'project owner asking for the password', async (page) => {
  await project(page, '/members');
  dbTypedLongAgo(world);
  await page.getByRole('button', { name: 'Make owner' }).first().click();
  await page.getByLabel('Your password', { exact: true }).waitFor();
});
looks(() => world, 'project settings', (page) => project(page, '/settings'));
looks(() => world, 'project end', (page) => project(page, '/end'));
looks(() => world, 'project deletion', (page) => project(page, '/delete'));
looks(() => world, 'project that its only owner cannot leave', (page) => project(page, '/leave'));
looks(() => world, 'project leaving', async (page) => {
  await project(page, '/members');
  await page.locator('li').filter({ hasText: person.username }).getByRole('button', { name: 'Make owner' }).click();
  await told(page, 'is an owner');
  await page.getByRole('link', { name: 'Leave project' }).click();
  await shows(page, 'Leave project');
});
looks(() => world, 'project client form', (page) => project(page, '/clients/new'));
looks(() => world, 'project client', (page) => client(page));
looks(() => world, 'project client edit', (page) => client(page, 'Edit'));
looks(() => world, 'project client edit refused', async (page) => {
  await client(page, 'Edit');
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(201));
  for (const box of await page.getByRole('checkbox').all()) await box.uncheck();
  await press(page, 'Save changes');
  await page.locator('[aria-invalid]').waitFor();
});
looks(() => world, 'project client deletion', (page) => client(page, 'Delete client'));
looks(() => world, 'project key form', (page) => client(page, 'New API key'));
looks(() => world, 'project key rotation', (page) => client(page, 'Rotate'));
looks(() => world, 'project key revocation', (page) => client(page, 'Revoke'));
looks(() => world, 'project secret form', (page) => client(page, 'New secret'));
looks(() => world, 'project secret shown once', async (page) => {
  await client(page, 'New secret');
  await page.getByLabel('Name', { exact: true }).fill('Second');
  await press(page, 'Create secret');
});
// The last ones: from here on its owner lacks a scope of the client.
looks(() => world, 'project client with scopes of others', async (page) => {
  await client(page);
  const path = new URL(page.url()).pathname;
  const id = path.split('/').at(-1);
  await visit(world, async (page) => {
    await open(world, page, `/admin/clients/${id}/edit`, administrator);
    await page.getByLabel('payments.write', { exact: true }).check();
    await press(page, 'Save changes');
  });
  await page.goto(`${world.issuer}${path}/edit`);
  await page.getByText('Scopes that stay').waitFor();
});
looks(() => world, 'project client that can do more', async (page) => {
  await client(page);
  await page.getByText('This client can do more than you').waitFor();
});
