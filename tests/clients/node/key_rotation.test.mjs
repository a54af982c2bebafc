// One story: two APIs verify signed access tokens (RFC 9068) by themselves while the keys are rotated, one with
// jose, one with PyJWT. Each knows nothing but the metadata, and keeps its copy of the key set until it is told to
// read it again.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../program.mjs';
import * as jose from 'jose';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = here('../../.venv/bin/python');

/** An API that uses jose. Its verdict on a token is the token's jti, or undefined. */
function joseApi({ issuer, jwks_uri: address }) {
  // With an unknown key it would read the set again at once, were there no pause between two readings.
  const readKeys = () => jose.createRemoteJWKSet(new URL(address), { cooldownDuration: 600_000 });
  let keys = readKeys();
  return {
    async verify(token) {
      const expected = { issuer, audience: issuer, typ: 'at+jwt', algorithms: ['ES256'] };
      const verified = await jose.jwtVerify(token, keys, expected).catch((error) => {
        assert.equal(error.code, 'ERR_JWKS_NO_MATCHING_KEY', error.stack);
      });
      return verified?.payload.jti;
    },
    async readKeysAgain() {
      keys = readKeys();
    },
    stop() {},
  };
}

/** The same with PyJWT, in a process of its own that is asked a line at a time. */
function pyJwtApi({ issuer, jwks_uri: address }) {
  const api = spawn(python, [here('../python/api.py'), issuer, address], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: api.stdout })[Symbol.asyncIterator]();
  const ask = async (line) => {
    api.stdin.write(`${line}\n`);
    return (await lines.next()).value || undefined;
  };
  return {
    verify: ask,
    readKeysAgain: () => ask('read the keys again'),
    async stop() {
      api.stdin.end();
      await once(api, 'exit');
    },
  };
}

test('signed tokens are verified by jose and by PyJWT across a rotation of keys', async (t) => {
  const program = await startProgram();
  program.addScope('notes.read', 'Read your notes', '--default');
  const machine = program.addClient('Nightly import', '--token-format', 'jwt', '--scope', 'notes.read');
  const resourceServer = program.addClient('Notes API', '--resource-server');
  const metadata = await (await fetch(`${program.issuer}/.well-known/oauth-authorization-server`)).json();
  const apis = [joseApi(metadata), pyJwtApi(metadata)];
  t.after(async () => {
    for (const api of apis) await api.stop();
    await program.stop();
  });

  const post = async (address, client, form) => {
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    const answer = await fetch(address, { method: 'POST', headers, body: new URLSearchParams(form) });
    assert.equal(answer.status, 200);
    return answer;
  };
  const fresh = async () => {
    const answer = await post(metadata.token_endpoint, machine, { grant_type: 'client_credentials' });
    return (await answer.json()).access_token;
  };
  const introspect = async (token) =>
    (await post(metadata.introspection_endpoint, resourceServer, { token })).json();
  const published = async () => (await (await fetch(metadata.jwks_uri)).json()).keys.map((key) => key.kid);
  // The program's clock cannot be moved from outside, so the keys are moved back. A command returns once the
  // server has seen it, and with it what was moved.
  const dbLater = (seconds) => {
    const database = join(program.run.cwd, 'latchkey.db');
    execFileSync(python, [here('../python/db_later.py'), database, `${seconds}`]);
    program.command(['client', 'enable', machine.client_id]);
  };
  const keyOf = (token) => jose.decodeProtectedHeader(token).kid;
  const idOf = (token) => jose.decodeJwt(token).jti;
  const key = (...words) => JSON.parse(program.command(['key', ...words, '--json']));
  const accepted = async (token) => {
    for (const api of apis) assert.equal(await api.verify(token), idOf(token));
  };
  const refused = async (token) => {
    for (const api of apis) assert.equal(await api.verify(token), undefined);
  };

  // The key of the first start signs, and both APIs have read it.
  const first = await fresh();
  const firstKey = keyOf(first);
  assert.deepEqual(await published(), [firstKey]);
  await accepted(first);
  assert.equal((await introspect(first)).active, true);

  // A successor is published. It does not sign yet: first every copy of the key set has to have it.
  const successor = key('rotate');
  assert.equal(successor.state, 'next');
  assert.deepEqual(await published(), [firstKey, successor.kid]);
  const second = await fresh();
  assert.equal(keyOf(second), firstKey);
  for (const api of apis) await api.readKeysAgain();
  await accepted(second);

  // A day later it signs. The APIs know it already, and what the first key has signed is as good as before.
  dbLater(24 * 60 * 60);
  const third = await fresh();
  assert.equal(keyOf(third), successor.kid);
  for (const token of [third, second, first]) await accepted(token);
  assert.deepEqual(key('list').map(({ state }) => state), ['verifying', 'signing']);

  // A revoked token has still the right signature: only introspection knows.
  await post(metadata.revocation_endpoint, machine, { token: second });
  assert.deepEqual(await introspect(second), { active: false });
  await accepted(second);
  assert.equal((await introspect(first)).active, true);

  // The first key is retired. Introspection refuses its tokens at once, the APIs when they read the keys again.
  key('retire', firstKey);
  assert.deepEqual(await published(), [successor.kid]);
  assert.deepEqual(await introspect(first), { active: false });
  await accepted(first);
  for (const api of apis) await api.readKeysAgain();
  await refused(first);
  await refused(second);
  for (const token of [third, await fresh()]) {
    await accepted(token);
    assert.equal((await introspect(token)).active, true);
  }
});
