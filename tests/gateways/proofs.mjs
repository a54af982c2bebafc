// What every gateway must do with a request before an API behind it sees it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { freePort } from '../clients/program.mjs';
import { makeCertificate } from '../clients/tls.mjs';
import { folder } from './gateway.mjs';
import { proveAgainstOutsiders } from './outsiders.mjs';
import { ask, basic, manyScopes, startWorld } from './world.mjs';

/** The headers that tell the API who asks. */
export const tells = ['subject', 'username', 'client', 'project', 'scope', 'roles', 'token-id'].map(
  (name) => `x-auth-${name}`,
);

/**
 * Registers the tests of one gateway: below `/notes/` it asks for `notes.read`, below `/admin/` for
 * `notes.write`. `start(world, port, { browsers, tls })` starts it, with what its page adds for browsers or with
 * a certificate if that is wanted. What it cannot do is left out by `keys` (X-API-Key, a client's secret, a key in
 * the address), `tellsScope` (which scope was needed, in the 403) and `options` (asking about an OPTIONS).
 */
export function prove(name, { start, keys = true, tellsScope = true, options = true }) {
  let world;
  let gateway;
  const get = (path, headers, more) => ask(gateway.port, path, { headers, ...more });
  const bearer = (token) => ({ authorization: `Bearer ${token}` });
  const refused = async (sent, ...statuses) => {
    const before = world.api.asked();
    const answer = await sent;
    assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text}\n${gateway.log()}`);
    assert.equal(world.api.asked(), before, 'the API saw nothing of it');
    return answer;
  };
  const passed = async (sent) => {
    const answer = await sent;
    assert.equal(answer.status, 200, `${answer.text}\n${gateway.log()}`);
    return answer.told;
  };

  before(async () => {
    world = await startWorld();
    gateway = await start(world, await freePort(), {});
  });
  after(async () => {
    await gateway?.stop();
    await world?.stop();
  });

  test(`${name}: no key, no answer of the API, and the challenge says how to ask`, async () => {
    const answer = await refused(get('/notes/1', {}), 401);
    assert.match(answer.headers['www-authenticate'], /^Bearer\b/);
  });

  test(`${name}: a good key passes, and the API is told whose it is`, async () => {
    const token = await world.userToken('notes.read');
    const known = await world.introspect(token);
    const { headers } = await passed(get('/notes/1?page=2', bearer(token)));
    assert.match(headers['x-auth-username'], /^[A-Za-z0-9%]+$/);
    headers['x-auth-username'] = decodeURIComponent(headers['x-auth-username']);
    assert.deepEqual(
      Object.fromEntries(tells.map((own) => [own, headers[own] || undefined])),
      {
        'x-auth-subject': known.sub,
        'x-auth-username': world.person.username,
        'x-auth-client': world.app.client_id,
        'x-auth-project': undefined,
        'x-auth-scope': 'notes.read',
        'x-auth-roles': 'user',
        'x-auth-token-id': known.jti,
      },
    );
  });

  test(`${name}: method, address and body of the request reach the API as they were`, async () => {
    const token = await world.machineToken('notes.read');
    const body = JSON.stringify({ text: 'x'.repeat(10_000) });
    const headers = { ...bearer(token), 'content-type': 'application/json', 'content-length': body.length };
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const told = await passed(get('/notes/1?page=2&scope=x', headers, { method, body }));
      assert.deepEqual([told.method, told.url, told.body], [method, '/notes/1?page=2&scope=x', body]);
    }
  });

  test(`${name}: a key without the needed scope is refused with 403`, async () => {
    const reading = await world.machineToken('notes.read');
    const writing = await world.machineToken('notes.read notes.write');
    const answer = await refused(get('/admin/', bearer(reading)), 403);
    if (tellsScope) assert.match(answer.headers['www-authenticate'], /error="insufficient_scope".*scope="notes.write"/);
    await passed(get('/admin/', bearer(writing)));
    await refused(get('/notes/1', bearer(await world.machineToken('notes.write'))), 403);
  });

  test(`${name}: nobody talks the gateway out of its demands`, async () => {
    const reading = bearer(await world.machineToken('notes.read'));
    for (const path of ['/admin/?scope=notes.read', '/admin/?scope=', '/admin/x%3Fscope=notes.read']) {
      await refused(get(path, reading), 403);
    }
    const others = { 'x-original-uri': '/notes/', 'x-forwarded-uri': '/notes/', 'x-original-method': 'GET' };
    await refused(get('/admin/', { ...reading, ...others }), 403);
  });

  test(`${name}: a token of 200 scopes passes, and the API is told all of them`, async () => {
    const { headers } = await passed(get('/notes/1', bearer(await world.wideToken())));
    assert.equal(headers['x-auth-scope'], manyScopes.join(' '));
  });

  test(`${name}: a revoked key is refused at the next request`, async () => {
    const token = await world.machineToken('notes.read');
    for (let times = 0; times < 3; times += 1) await passed(get('/notes/1', bearer(token)));
    await world.revoke(token);
    for (let times = 0; times < 3; times += 1) await refused(get('/notes/1', bearer(token)), 401);
  });

  test(`${name}: what is no live token is refused`, async () => {
    const token = await world.machineToken('notes.read');
    for (const text of [token.slice(0, -1), `${token}0`, 'x', world.machine.client_secret]) {
      await refused(get('/notes/1', bearer(text)), 401);
    }
  });

  if (keys) {
    test(`${name}: X-API-Key, a client's secret and a key in the address pass too`, async () => {
      const key = world.apiKey('notes.read');
      for (const sent of [
        get('/notes/1', { 'x-api-key': key }),
        get('/notes/1', { authorization: basic(world.machine) }),
        get(`/notes/1?apikey=${key}`, {}),
      ]) {
        const { headers } = await passed(sent);
        assert.equal(headers['x-auth-client'], world.machine.client_id);
      }
      await refused(get('/admin/', { 'x-api-key': key }), 403);
    });

    test(`${name}: more than one credential is refused`, async () => {
      const key = world.apiKey('notes.read');
      await refused(get('/notes/1', { ...bearer(key), 'x-api-key': key }), 401);
      await refused(get(`/notes/1?apikey=${key}`, bearer(key)), 401);
      await refused(get('/notes/1', { 'x-api-key': [key, key] }), 401);
      await refused(get('/notes/1', { ...bearer(key), 'x-api-key': [...Array(10).fill(''), key] }), 401);
    });

    test(`${name}: Latchkey learns from the gateway alone whether a client speaks https`, async () => {
      const told = [];
      const latchkey = createServer((got, answer) => {
        told.push(got.headers['x-forwarded-proto']);
        answer.writeHead(401).end();
      });
      await new Promise((done) => latchkey.listen(0, '127.0.0.1', done));
      const directory = folder();
      for (const tls of [undefined, makeCertificate(directory)]) {
        const other = await start({ ...world, latchkeyPort: latchkey.address().port }, await freePort(), { tls });
        const headers = { 'x-forwarded-proto': tls ? 'http' : 'https' };
        await refused(ask(other.port, '/notes/1', { headers, secure: Boolean(tls) }), 401).finally(() => other.stop());
      }
      latchkey.close();
      rmSync(directory, { recursive: true });
      assert.deepEqual(told, ['http', 'https']);
    });

    test(`${name}: Latchkey learns the client's address from the gateway alone`, async () => {
      const forged = { 'x-forwarded-for': '192.0.2.66', forwarded: 'for=192.0.2.66' };
      await refused(get('/notes/1', { ...forged, ...bearer('wrong') }), 401);
      assert.doesNotMatch(world.latchkeyLog(), /192\.0\.2\.66/);
    });
  }

  proveAgainstOutsiders(name, { get, bearer, refused, passed, tells, options, world: () => world });

  test(`${name}: a preflight is answered without a key, and nothing else is`, async () => {
    const open = await start(world, await freePort(), { browsers: true });
    try {
      const asks = { origin: 'https://app.example.com', 'access-control-request-method': 'PUT' };
      const send = (method, headers) => ask(open.port, '/notes/1', { method, headers });
      const before = world.api.asked();
      const preflight = await send('OPTIONS', asks);
      assert.equal(preflight.status, 204, open.log());
      assert.match(preflight.headers['access-control-allow-methods'], /\bPUT\b/);
      assert.match(preflight.headers['access-control-allow-headers'], /\bAuthorization\b/);
      const refusal = await send('PUT', asks);
      assert.equal(refusal.status, 401);
      assert.equal(world.api.asked(), before, 'the API saw nothing of it');
      const answer = await send('PUT', { ...asks, ...bearer(await world.machineToken('notes.read')) });
      assert.equal(answer.told?.method, 'PUT', `${answer.text}\n${open.log()}`);
      for (const { headers } of [preflight, refusal, answer]) {
        assert.equal(headers['access-control-allow-origin'], 'https://app.example.com');
      }
    } finally {
      await open.stop();
    }
  });

  test(`${name}: while Latchkey is down nobody passes`, async () => {
    const token = await world.machineToken('notes.read');
    await passed(get('/notes/1', bearer(token)));
    await world.stopLatchkey();
    const before = world.api.asked();
    for (const headers of [bearer(token), {}]) {
      const answer = await get('/notes/1', headers);
      assert.ok(answer.status >= 401, `${answer.status}`);
    }
    assert.equal(world.api.asked(), before, 'the API saw nothing of it');
  });
}
