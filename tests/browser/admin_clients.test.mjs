// What an administrator does with clients.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, authorizeUrl, backAt, dbTypedLongAgo, open, person, press, shows, signIn, startWorld, visit } from './world.mjs';

const LONG = 'ThisNameHasNoSpaces'.repeat(11).slice(0, 200);
const SCOPES = 200;

let world;
const clients = {};
before(async () => {
  world = await startWorld();
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addScope('payments.write', 'Move money in your name, at any time and in any amount', '--sensitive');
});
after(() => world.stop());

const admin = (page, path) => open(world, page, path, administrator);
const addService = (name) => world.addClient(name, '--scope', 'notes.read');

/** Whether a secret gets its client a token. */
async function getsToken(id, secret, more = {}) {
  const answer = await fetch(`${world.issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, ...more }),
  });
  return answer.ok;
}

// First, while there is none.
looks(() => world, 'admin clients none', (page) => admin(page, '/admin/clients'));

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator registers a client, replaces its secret and deletes it, ${how}`, async () => {
    await visit(world, async (page) => {
      await admin(page, '/admin/clients/new');
      await page.getByLabel('Service', { exact: true }).check();
      await press(page, 'Continue');
      await page.getByLabel('Name', { exact: true }).fill('Nightly "report" <job> 🌙');
      await press(page, 'Register client');

      await page.getByRole('heading', { name: 'is registered' }).waitFor();
      const id = await page.locator('#client-id').textContent();
      const first = await page.locator('#client-secret').textContent();
      assert.ok(await getsToken(id, first));
      // The secret is in the settings that are shown, and those of the other tabs.
      assert.ok((await page.locator('#settings-curl-text').textContent()).includes(first));
      await page.getByText('Spring', { exact: true }).click();
      assert.ok(await page.locator('#settings-spring-text').isVisible());
      assert.ok(!(await page.locator('#settings-curl-text').isVisible()));
      // Selecting takes the whole secret, whatever part of it was clicked.
      await page.locator('#client-secret').click();
      assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('client-secret')).userSelect), 'all');
      assert.equal(await page.getByRole('button', { name: 'Copy' }).first().isVisible(), javaScript);

      // Loading the page again neither shows a secret nor registers anything.
      await page.reload();
      assert.match(await page.getByRole('status').textContent(), /already/);
      await page.getByRole('heading', { name: 'Nightly "report" <job> 🌙' }).waitFor();
      await page.getByLabel('Name', { exact: true }).fill('second');
      await page.getByLabel('Expires after').selectOption('90 days');
      await press(page, 'Add secret');
      const second = await page.locator('#client-secret').textContent();
      assert.ok((await getsToken(id, first)) && (await getsToken(id, second)));
      await page.getByRole('link', { name: 'I have kept it' }).click();
      await page.getByRole('link', { name: /^Revoke first, which ends in/ }).click();
      await press(page, 'Revoke secret');
      assert.equal(await page.getByRole('status').textContent(), 'The secret first was revoked.');
      assert.ok(!(await getsToken(id, first)) && (await getsToken(id, second)));

      await page.getByRole('link', { name: 'Edit', exact: true }).click();
      await page.getByLabel('Access tokens live for (seconds)').fill('soon');
      await press(page, 'Save changes');
      await page.getByText('Write a whole number of seconds').waitFor();
      await page.getByLabel('Access tokens live for (seconds)').fill('90');
      await press(page, 'Save changes');
      await page.getByText('live for 1 minute').waitFor();

      await page.getByRole('link', { name: 'Disable', exact: true }).click();
      await press(page, 'Disable client');
      assert.ok(!(await getsToken(id, second)));
      await press(page, 'Enable client');
      assert.ok(await getsToken(id, second));
      await page.getByRole('link', { name: 'End all tokens' }).click();
      await press(page, 'End all tokens');
      assert.match(await page.getByRole('status').textContent(), /All tokens of .* were ended/);

      await page.getByRole('link', { name: 'Delete', exact: true }).click();
      await page.getByLabel('Name of the client').fill('something else');
      await press(page, 'Delete client');
      await page.getByText('This is not the name of the client.').waitFor();
      await page.getByLabel('Name of the client').fill('Nightly "report" <job> 🌙');
      await press(page, 'Delete client');
      await page.getByRole('status').waitFor();
      assert.ok(!(await getsToken(id, second)));
    }, { javaScript });
  });

  test(`an act that reaches further asks for the password once, in its form, ${how}`, async () => {
    const client = addService(`Asked ${how}`);
    await visit(world, async (page) => {
      await admin(page, `/admin/clients/${client.client_id}`);
      dbTypedLongAgo(world);
      await page.getByRole('link', { name: 'Edit', exact: true }).click();
      const password = page.getByLabel('Your password', { exact: true });
      await page.getByLabel('Name', { exact: true }).fill(`Renamed ${how}`);
      await press(page, 'Save changes');
      await page.getByRole('heading', { name: `Renamed ${how}` }).waitFor();

      await page.getByRole('link', { name: 'Edit', exact: true }).click();
      await page.getByLabel('notes.write', { exact: true }).check();
      await press(page, 'Save changes');
      await page.getByText('Type your own password').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'confirmation');
      assert.ok(await page.getByLabel('notes.write', { exact: true }).isChecked());
      await password.fill(administrator.password);
      await press(page, 'Save changes');
      await page.getByRole('status').filter({ hasText: 'in force' }).waitFor();

      assert.equal(await password.count(), 0);
      dbTypedLongAgo(world);
      await page.reload();
      await page.getByLabel('Name', { exact: true }).fill('second');
      await password.fill('wrong');
      await press(page, 'Add secret');
      await page.getByText('This is not your password.').waitFor();
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'second');
      await password.fill(administrator.password);
      await press(page, 'Add secret');
      await page.locator('#client-secret').waitFor();
    }, { javaScript });
  });

  test(`search and filters keep their state in the address, ${how}`, async () => {
    const name = `Found ${how}`;
    addService(name);
    await visit(world, async (page) => {
      await admin(page, '/admin/clients');
      await page.getByLabel('Name or client id').fill(name.toUpperCase());
      await page.getByLabel('Kind').selectOption('Service');
      await page.getByLabel('Status').selectOption('Enabled');
      await press(page, 'Search');
      await page.getByRole('link', { name, exact: true }).waitFor();
      const url = new URL(page.url());
      assert.deepEqual(Object.fromEntries(url.searchParams), { q: name.toUpperCase(), kind: 'service', state: 'enabled' });
      assert.equal(await page.getByLabel('Kind').inputValue(), 'service');
      await page.getByLabel('Status').selectOption('Disabled');
      await press(page, 'Search');
      await page.getByText('Nothing fits').waitFor();
    }, { javaScript });
  });
}

test('a web application is registered with the keyboard alone', async () => {
  await visit(world, async (page) => {
    const keys = async (...names) => {
      for (const name of names) await page.keyboard.press(name);
    };
    /** Presses Tab until the focus is where `there` says. */
    const tabTo = async (there) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await keys('Tab');
        if (await page.evaluate(there.test, there.with)) return;
      }
      assert.fail(`the Tab key does not reach ${there.with}`);
    };
    const id = (wanted) => ({ test: (own) => document.activeElement.id === own, with: wanted });
    const text = (wanted) => ({ test: (own) => document.activeElement.textContent.trim() === own, with: wanted });

    await admin(page, '/admin/clients');
    await tabTo(text('Register a client'));
    await keys('Enter');
    await page.waitForURL(/clients\/new/);
    await tabTo(id('kind-web'));
    // Down and up again, as radio buttons are walked through.
    await keys('ArrowDown', 'ArrowUp');
    await tabTo(text('Continue'));
    await keys('Enter');
    await page.waitForURL(/kind=web/);
    // The cursor begins in the name.
    await page.keyboard.type('By keyboard');
    await tabTo(id('redirect_uris'));
    await page.keyboard.type('nowhere');
    await tabTo(text('Register client'));
    await keys('Enter');
    // After the mistake the cursor is where it is to be mended.
    await page.locator('#redirect_uris[aria-invalid]:focus').waitFor();
    await keys('Control+A');
    await page.keyboard.type(world.app.redirectUri);
    await tabTo(id(await page.getByLabel('payments.write', { exact: true }).getAttribute('id')));
    await keys('Space');
    await tabTo(text('Register client'));
    await keys('Enter');
    await page.getByRole('heading', { name: 'By keyboard is registered' }).waitFor();
    await tabTo(id('client-secret'));
    await tabTo(id('settings-curl'));
    await keys('ArrowRight');
    assert.ok(await page.locator('#settings-openid-client-text').isVisible());
    // The ring is seen: every place that has the focus has an outline, or its label has.
    await tabTo(id('settings-openid-client-text'));
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  });
});

test('the page of a client tells who uses it and what went wrong', async () => {
  const client = world.addWebApp('Told about');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await shows(page, 'Allow');
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
    await page.goto(authorizeUrl(world, client, { redirectUri: `${world.app.redirectUri}s` }));
  });
  await visit(world, async (page) => {
    await admin(page, `/admin/clients/${client.client_id}`);
    await page.getByText('One person has allowed it something.').waitFor();
    await page.getByRole('cell', { name: person.username }).waitFor();
    await page.getByText('What came').click();
    await page.getByText(`${world.app.redirectUri}s`, { exact: true }).waitFor();
  });
  clients.told = client;
});

test('the scopes of a form are searched with JavaScript', async () => {
  await visit(world, async (page) => {
    await admin(page, '/admin/scopes/new');
    // A command a scope would take minutes.
    const csrf = await page.locator('input[name=csrf]').inputValue();
    for (let number = 0; number < SCOPES; number += 1) {
      const name = `things.${String(number).padStart(3, '0')}`;
      const form = { csrf, name, description: `Do the thing number ${number}, which is one of very many` };
      await page.request.post(`${world.issuer}/admin/scopes/new`, { form, maxRedirects: 0 });
    }
    await page.goto(`${world.issuer}/admin/clients/new?kind=service`);
    await page.getByLabel('Find a scope').fill('THINGS.19');
    assert.equal(await page.locator('#scope-list > .choice:visible').count(), 10);
    await page.getByLabel('things.190').check();
    await page.getByLabel('Find a scope').fill('');
    assert.equal(await page.locator('#scope-list > .choice:visible').count(), SCOPES + 3);
    assert.ok(await page.getByLabel('things.190').isChecked());
    // Enter in the search is not Enter in the form.
    await page.getByLabel('Name', { exact: true }).fill('Half a na');
    await page.getByLabel('Find a scope').fill('nothing like it');
    await page.getByLabel('Find a scope').press('Enter');
    await page.getByText('No scope has this in its name or description.').waitFor();
    assert.ok(!(await page.locator('#scope-list').isVisible()));
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Half a na');
    await page.getByLabel('Find a scope').fill('things.001');
    assert.equal(await page.locator('#scope-list > .choice:visible').count(), 1);
    assert.equal(await page.getByText('No scope has this').count(), 0);
  });
});

test('a secret is printed dark on light, whatever theme is chosen', async () => {
  await visit(world, async (page) => {
    await admin(page, '/admin/clients/new?kind=resource-server');
    await page.getByLabel('Name', { exact: true }).fill('Printed API');
    await press(page, 'Register client');
    await page.locator('#client-secret').waitFor();
    const colours = () => page.evaluate(() => {
      document.documentElement.dataset.theme = 'dark';
      return getComputedStyle(document.getElementById('client-secret')).color;
    });
    assert.equal(await colours(), 'rgb(232, 236, 238)');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await colours(), 'rgb(23, 28, 31)');
  });
});

looks(() => world, 'admin clients', async (page) => {
  world.addClient(LONG, '--public', '--redirect-uri', 'com.example.app:/callback', '--scope', 'notes.read');
  world.addClient('دفتر الملاحظات 📓', '--resource-server');
  const off = addService('Switched off');
  world.command(['client', 'disable', off.client_id]);
  await admin(page, '/admin/clients');
});
looks(() => world, 'admin clients none found', (page) => admin(page, '/admin/clients?q=nothing+like+this&kind=native'));
looks(() => world, 'admin clients behind the end', (page) => admin(page, '/admin/clients?page=9'));
looks(() => world, 'admin client kinds', (page) => admin(page, '/admin/clients/new'));
looks(() => world, 'admin client new web application with 200 scopes', (page) => admin(page, '/admin/clients/new?kind=web'));
looks(() => world, 'admin client new resource server', (page) => admin(page, '/admin/clients/new?kind=resource-server'));
looks(() => world, 'admin client refused', async (page) => {
  await admin(page, '/admin/clients/new?kind=single-page');
  await page.getByLabel('Name', { exact: true }).fill('Everything wrong');
  await page.getByLabel('Redirect URIs').fill(`http://app.example/${'callback'.repeat(20)}\n/relative`);
  await page.getByLabel('Web origins').fill('app.example');
  await page.getByLabel('Password grant').check();
  await page.getByLabel('Access tokens live for').fill('soon');
  await page.getByLabel('Project').fill('nowhere');
  await press(page, 'Register client');
  await page.locator('[aria-invalid]').first().waitFor();
});
looks(() => world, 'admin client secret', async (page) => {
  await admin(page, '/admin/clients/new?kind=resource-server');
  await page.getByLabel('Name', { exact: true }).fill('Notes API');
  await press(page, 'Register client');
  await page.locator('#client-secret').waitFor();
});
looks(() => world, 'admin client', (page) => admin(page, `/admin/clients/${clients.told.client_id}`));
looks(() => world, 'admin client with long names', async (page) => {
  const scopes = [...Array(SCOPES).keys()].flatMap((number) => ['--scope', `things.${String(number).padStart(3, '0')}`]);
  const uris = ['--redirect-uri', `https://app.example/${'very-long-path'.repeat(14)}`, '--redirect-uri', 'http://localhost/callback'];
  const client = world.addClient(LONG, '--first-party', ...uris, ...scopes);
  await admin(page, `/admin/clients/${client.client_id}`);
  await page.locator('summary').first().click();
});
looks(() => world, 'admin client with a token of 200 scopes', async (page) => {
  const names = [...Array(SCOPES).keys()].map((number) => `things.${String(number).padStart(3, '0')}`);
  const client = world.addClient('Everything at once', ...names.flatMap((name) => ['--scope', name]));
  assert.ok(await getsToken(client.client_id, client.client_secret, { scope: names.join(' ') }));
  await admin(page, `/admin/clients/${client.client_id}`);
  const tokens = page.locator('#tokens + p + .card');
  // A time stays on its line.
  const { height } = await tokens.locator('time').first().boundingBox();
  assert.ok(height < 30, `${height} pixels`);
  await tokens.getByText('200 scopes').click();
  await tokens.getByText('Do the thing number 0,').waitFor();
});
looks(() => world, 'admin client right to left', async (page) => {
  const client = world.addClient('دفتر الملاحظات 📓 الجديد', '--public', '--redirect-uri', 'http://127.0.0.1/callback');
  world.command(['client', 'disable', client.client_id]);
  await admin(page, `/admin/clients/${client.client_id}`);
});
looks(() => world, 'admin client edit', (page) => admin(page, `/admin/clients/${clients.told.client_id}/edit`));
looks(() => world, 'admin client edit asking for the password', async (page) => {
  await admin(page, `/admin/clients/${clients.told.client_id}/edit`);
  dbTypedLongAgo(world);
  await page.getByLabel('First-party', { exact: true }).check();
  await press(page, 'Save changes');
  await page.locator('#confirmation[aria-invalid]').waitFor();
});
looks(() => world, 'admin client asking for the password', async (page) => {
  await admin(page, `/admin/clients/${clients.told.client_id}`);
  dbTypedLongAgo(world);
  await page.reload();
  await page.locator('#confirmation').waitFor();
});
looks(() => world, 'admin client deletion', (page) => admin(page, `/admin/clients/${clients.told.client_id}/delete`));
looks(() => world, 'admin client end of tokens', (page) => admin(page, `/admin/clients/${clients.told.client_id}/end-tokens`));
