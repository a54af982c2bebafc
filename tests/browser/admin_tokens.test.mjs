// What an administrator learns of tokens and refused requests, and ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, authorizeUrl, backAt, open, press, shows, signIn, startWorld, visit } from './world.mjs';

const LONG = 'ThisNameHasNoSpaces'.repeat(11).slice(0, 200);

let world;
let client;
let machine;
before(async () => {
  world = await startWorld();
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  client = world.addWebApp('دفتر الملاحظات 📓');
  machine = world.addClient(LONG, '--grant', 'client_credentials', '--scope', 'notes.read');
});
after(() => world.stop());

const admin = (page, path) => open(world, page, path, administrator);

const post = (path, { client_id, client_secret }, form) =>
  fetch(`${world.issuer}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams(form),
  });

/** Tokens that Ada has granted, with the browser of her own that she granted them in. */
async function tokens() {
  let code;
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client, { scope: 'notes.read notes.write' }));
    await signIn(page);
    // The second time the consent is remembered.
    await Promise.race([shows(page, 'Allow').then(() => press(page, 'Allow')), backAt(page, world.app.redirectUri)]);
    ({ code } = await backAt(page, world.app.redirectUri));
  });
  const form = { grant_type: 'authorization_code', code, redirect_uri: client.redirect_uris[0], code_verifier: 'v'.repeat(43) };
  return (await post('/oauth/token', client, form)).json();
}

/** A request that is refused; gives its id. */
async function refused(change) {
  const answer = await fetch(authorizeUrl(world, client, change), { redirect: 'manual' });
  return answer.headers.get('x-request-id');
}

async function lookUp(page, text) {
  await page.getByLabel('Token, last four characters, jti or request id', { exact: true }).fill(text);
  await press(page, 'Look up');
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`an administrator pastes a token, reads why it is active and ends it, ${how}`, async () => {
    const { access_token } = await tokens();
    await visit(world, async (page) => {
      await admin(page, '/admin/tokens');
      await lookUp(page, `Bearer ${access_token}`);
      await page.getByText('Active.', { exact: true }).waitFor();
      assert.ok(!page.url().includes(access_token) && !(await page.content()).includes(access_token));
      await page.getByText('Ada', { exact: true }).first().waitFor();

      await page.getByRole('link', { name: 'Revoke', exact: true }).click();
      await page.getByLabel('The whole authorization', { exact: true }).check();
      await press(page, 'Revoke');
      assert.equal(await page.getByRole('status').textContent(), 'The authorization was revoked, with all its tokens.');
      await page.getByText('Not active.', { exact: true }).waitFor();
      assert.match(await page.locator('#verdict').textContent(), /revoked just now by Grace\./);
      assert.equal(await page.getByRole('link', { name: 'Revoke', exact: true }).count(), 0);
    }, { javaScript });
  });

  test(`an administrator reads at which character a redirect URI differs, ${how}`, async () => {
    const id = await refused({ redirectUri: `${client.redirect_uris[0]}/more` });
    await visit(world, async (page) => {
      await admin(page, '/admin/tokens');
      await lookUp(page, id);
      const character = client.redirect_uris[0].length + 1;
      await page.getByRole('heading', { name: `The two differ at character ${character}` }).waitFor();
      assert.deepEqual(await page.locator('mark').allTextContents(), ['ends here', '/']);
      await page.getByRole('link', { name: 'Its other refusals' }).click();
      await page.getByRole('table').waitFor();
      assert.equal(await page.getByLabel('Client\'s name or id', { exact: true }).inputValue(), client.client_id);
      await page.getByLabel('Error', { exact: true }).selectOption('access_denied');
      await press(page, 'Filter');
      await page.getByText('Nothing fits').waitFor();
      assert.match(page.url(), /client=.*error=access_denied/);
    }, { javaScript });
  });
}

looks(() => world, 'admin refusals empty', (page) => admin(page, '/admin/tokens/refusals?error=server_error'));
looks(() => world, 'admin tokens', (page) => admin(page, '/admin/tokens'));
looks(() => world, 'admin tokens mistyped', async (page) => {
  await admin(page, '/admin/tokens');
  await lookUp(page, `lka_${'x'.repeat(55)}`);
  await page.locator('[aria-invalid]').waitFor();
});
looks(() => world, 'admin tokens by last four', async (page) => {
  const { access_token } = await tokens();
  await admin(page, '/admin/tokens');
  await lookUp(page, access_token.slice(-4));
  await page.getByRole('table').waitFor();
});
looks(() => world, 'admin tokens by last four without a hit', (page) => admin(page, '/admin/tokens?last_four=none'));
looks(() => world, 'admin token active', async (page) => {
  const { access_token } = await tokens();
  await admin(page, '/admin/tokens');
  await lookUp(page, access_token);
  await page.getByText('Active.', { exact: true }).waitFor();
});
looks(() => world, 'admin token of a long name', async (page) => {
  const answer = await post('/oauth/token', machine, { grant_type: 'client_credentials' });
  const { access_token } = await answer.json();
  await admin(page, '/admin/tokens');
  await lookUp(page, access_token);
  await page.getByText('Active.', { exact: true }).waitFor();
});
looks(() => world, 'admin token revoked', async (page) => {
  const { refresh_token } = await tokens();
  await post('/oauth/revoke', client, { token: refresh_token });
  await admin(page, '/admin/tokens');
  await lookUp(page, refresh_token);
  await page.getByText('Not active.', { exact: true }).waitFor();
});
looks(() => world, 'admin token revocation', async (page) => {
  const { access_token } = await tokens();
  await admin(page, '/admin/tokens');
  await lookUp(page, access_token);
  await page.getByRole('link', { name: 'Revoke', exact: true }).click();
  await shows(page, 'Revoke');
});
looks(() => world, 'admin client secret', async (page) => {
  await admin(page, '/admin/tokens');
  await lookUp(page, machine.client_secret);
  await page.getByText('Active.', { exact: true }).waitFor();
});
looks(() => world, 'admin refusals', async (page) => {
  await refused({ redirectUri: `https://example.com/${'long'.repeat(60)}` });
  await refused({ response_type: 'token' });
  await post('/oauth/token', { ...machine, client_secret: 'wrong' }, { grant_type: 'client_credentials' });
  await admin(page, '/admin/tokens/refusals');
  await page.getByRole('table').waitFor();
});
looks(() => world, 'admin refusal', async (page) => {
  const id = await refused({ redirectUri: `${client.redirect_uris[0].replace('callback', 'callbock')}?with=${'something-long-'.repeat(12)}` });
  await admin(page, `/admin/tokens/refusals/show?id=${id}`);
  await page.locator('mark').first().waitFor();
});
looks(() => world, 'admin refusal of a word', async (page) => {
  const id = await refused({ response_type: 'token' });
  await admin(page, `/admin/tokens/refusals/show?id=${id}`);
  await page.getByText('What was expected and what came').waitFor();
});
