// nginx with the settings to paste of a resource server's page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import '../clients/node/older_node.mjs';
import { Person } from '../clients/node/person.mjs';
import { freePort } from '../clients/program.mjs';
import { startNginx } from './gateway.mjs';
import { tells } from './proofs.mjs';
import { ask, manyScopes, startWorld } from './world.mjs';

let world;
let gateway;
before(async () => {
  world = await startWorld();
  const page = `${world.issuer}/admin/clients/${world.introspecting.client_id}`;
  const grace = new Person(world.administrator);
  await grace.open(page);
  await grace.press('Sign in', { Username: grace.username, Password: grace.password });
  await grace.open(page);
  const sample = grace.sample('nginx').replace('http://127.0.0.1:3000', `http://127.0.0.1:${world.api.port}`);
  const port = await freePort();
  gateway = await startNginx(port, `server {\nlisten 127.0.0.1:${port};\n${sample}}\n`);
});
after(async () => {
  await gateway?.stop();
  await world?.stop();
});

const get = (path, headers) => ask(gateway.port, path, { headers });

test('nginx as pasted: a good token passes, and the API is told whose it is', async () => {
  const token = await world.userToken('notes.read');
  const known = await world.introspect(token);
  const { status, text, told } = await get('/api/notes?page=2', { authorization: `Bearer ${token}` });
  assert.equal(status, 200, `${text}\n${gateway.log()}`);
  assert.equal(told.url, '/api/notes?page=2');
  assert.deepEqual(tells.map((name) => told.headers[name] || undefined), [
    known.sub, encodeURIComponent(world.person.username), world.app.client_id, undefined, 'notes.read', 'user', known.jti,
  ]);
});

test('nginx as pasted: a token of 200 scopes passes, and the API is told all of them', async () => {
  const { status, text, told } = await get('/api/notes', { authorization: `Bearer ${await world.wideToken()}` });
  assert.equal(status, 200, `${text}\n${gateway.log()}`);
  assert.equal(told.headers['x-auth-scope'], manyScopes.join(' '));
});

test('nginx as pasted: no token and a wrong one get 401, and the API sees nothing of it', async () => {
  const token = await world.machineToken('notes.read');
  const asked = world.api.asked();
  for (const headers of [{}, { authorization: `Bearer ${token.slice(0, -1)}` }, { authorization: 'Bearer x' }]) {
    const answer = await get('/api/notes', headers);
    assert.equal(answer.status, 401, `${answer.text}\n${gateway.log()}`);
    assert.match(answer.headers['www-authenticate'], /^Bearer\b/);
  }
  // The question itself is not to be asked from outside.
  assert.equal((await get('/_latchkey', { authorization: `Bearer ${token}` })).status, 404);
  assert.equal(world.api.asked(), asked);
});

test('nginx as pasted: what an outsider writes into our headers reaches nobody', async () => {
  const token = await world.machineToken('notes.read');
  const forged = Object.fromEntries(tells.map((name) => [name, 'forged']));
  const { told } = await get('/api/notes', { ...forged, authorization: `Bearer ${token}` });
  assert.equal(told.headers['x-auth-subject'], world.machine.client_id);
  assert.ok(!JSON.stringify(told.headers).includes('forged'), JSON.stringify(told.headers));
});

test('nginx as pasted: an address that an API may read otherwise is refused', async () => {
  const authorization = `Bearer ${await world.machineToken('notes.read')}`;
  const asked = world.api.asked();
  for (const path of ['/api/../notes', '/api//notes', '/api/%2e%2e/notes', '/api/x%2fnotes', '/api/..%5cnotes']) {
    assert.equal((await get(path, { authorization })).status, 400, path);
  }
  assert.equal(world.api.asked(), asked);
});
