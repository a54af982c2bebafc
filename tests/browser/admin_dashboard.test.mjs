// What an administrator sees first: what needs attention, what there is, what happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { looks } from './looks.mjs';
import { administrator, open, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
  world.addUser(administrator.username, administrator.password, '--role', 'admin');
  world.addClient('Our own app', '--public', '--first-party', '--grant', 'password', '--scope', 'notes.read');
  world.addClient(`${'LongNameWithoutSpaces'.repeat(9)}`, '--public', '--first-party', '--grant', 'password', '--scope', 'notes.read');
  const service = world.addClient('Night job', '--scope', 'notes.read');
  const api = world.addClient('Notes API', '--resource-server');
  const { request } = await world.browser.newContext();
  const post = async (path, { client_id, client_secret }, form) => {
    const answer = await request.post(`${world.issuer}${path}`, { form: { client_id, client_secret, ...form } });
    return answer.json();
  };
  for (let round = 0; round < 12; round += 1) {
    const { access_token } = await post('/oauth/token', service, { grant_type: 'client_credentials' });
    await post('/oauth/introspect', api, { token: round % 3 ? access_token : 'unknown' });
  }
});
after(() => world.stop());

const dashboard = (page, query = '') => open(world, page, `/admin${query}`, administrator);

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`the plots tell the same as their tables, over an hour, a day and a month, ${how}`, async () => {
    await visit(world, async (page) => {
      await dashboard(page);
      for (const range of ['Hour', 'Day', 'Month']) {
        await page.getByRole('link', { name: range, exact: true }).click();
        await page.locator('.switch [aria-current]').getByText(range).waitFor();
        const plot = page.getByRole('img', { name: /Access tokens.*12 issued/ });
        assert.ok((await plot.boundingBox()).width > 200);
        await page.getByText('As a table: Access tokens').click();
        const table = page.locator('figure', { has: plot }).getByRole('table');
        assert.match(await table.textContent(), /12/);
      }
    }, { javaScript });
  });

  test(`a warning leads to the client that it is about, ${how}`, async () => {
    await visit(world, async (page) => {
      await dashboard(page);
      const warning = page.getByRole('listitem').filter({ hasText: 'may ask people for their passwords' });
      const link = warning.getByRole('link', { name: 'Our own app' });
      assert.match(await link.getAttribute('href'), /^\/admin\/clients\/cli_/);
    }, { javaScript });
  });
}

looks(() => world, 'admin dashboard', (page) => dashboard(page, '?range=hour'));
looks(() => world, 'admin dashboard with its tables open', async (page) => {
  await dashboard(page, '?range=month');
  for (const summary of await page.locator('figure summary').all()) await summary.click();
});
