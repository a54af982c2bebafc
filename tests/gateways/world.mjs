// Latchkey, a sample API that tells what reached it, and the credentials of a person and a machine:
// everything that stands behind and before a gateway.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../clients/program.mjs';

const person = { username: 'Zoë Kovács', password: 'correct horse battery staple' };
const administrator = { username: 'Grace', password: 'nanoseconds are this long' };
const makeApiKey = fileURLToPath(new URL('db_api_key.py', import.meta.url));
const makeScopes = fileURLToPath(new URL('db_scopes.py', import.meta.url));

/** More scopes than a header of common length holds: 200 of 30 characters, sorted, with the one that tests ask for. */
export const manyScopes = [
  ...Array.from({ length: 199 }, (_, number) => `many.thirty.characters.all.${number + 100}`),
  'notes.read',
];

/** An API that answers every request with what it got, as JSON. */
async function startApi() {
  let asked = 0;
  const server = createServer(async (got, answer) => {
    asked += 1;
    const chunks = [];
    for await (const chunk of got) chunks.push(chunk);
    const { method, url, headers } = got;
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: server.address().port,
    asked: () => asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Starts both; the API knows the scopes `notes.read` and `notes.write`. */
export async function startWorld() {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-gateway-'));
  const database = join(directory, 'latchkey.db');
  const program = await startProgram({
    LATCHKEY_DATABASE_URL: `sqlite://${database}`,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
    LATCHKEY_VERIFY__QUERY_PARAMETER: 'apikey',
  });
  const api = await startApi();
  program.addScope('notes.read', 'Read your notes', '--default');
  program.addScope('notes.write', 'Change your notes', '--default');
  // Before the clients: adding those tells the server that something has changed.
  execFileSync('python3', [makeScopes, database, ...manyScopes.filter((name) => name !== 'notes.read')]);
  program.addUser(person.username, person.password);
  program.addUser(administrator.username, administrator.password, '--role', 'admin');
  const both = ['--scope', 'notes.read', '--scope', 'notes.write'];
  const app = program.addClient('Notes', '--first-party', '--grant', 'password', ...both);
  const machine = program.addClient('Export', '--grant', 'client_credentials', ...both);
  const wide = program.addClient('Everything', '--grant', 'client_credentials', ...manyScopes.flatMap((name) => ['--scope', name]));
  const introspecting = program.addClient('Gateway', '--resource-server');

  async function post(path, client, form) {
    const answer = await fetch(program.issuer + path, {
      method: 'POST',
      headers: { authorization: basic(client) },
      body: new URLSearchParams(form),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  let running = true;
  const stopLatchkey = async () => {
    if (running) await program.stop();
    running = false;
  };
  return {
    person,
    administrator,
    app,
    machine,
    introspecting,
    api,
    issuer: program.issuer,
    latchkeyPort: Number(new URL(program.issuer).port),
    /** A token of the person. */
    userToken: async (scope) =>
      (await post('/oauth/token', app, { grant_type: 'password', ...person, scope })).access_token,
    /** A token of the machine. */
    machineToken: async (scope) =>
      (await post('/oauth/token', machine, { grant_type: 'client_credentials', scope })).access_token,
    /** A token of `manyScopes`. */
    wideToken: async () =>
      (await post('/oauth/token', wide, { grant_type: 'client_credentials', scope: manyScopes.join(' ') })).access_token,
    /** An API key of the machine, as the pages will make one. */
    apiKey: (scope) =>
      execFileSync('python3', [makeApiKey, database, machine.client_id, scope], { encoding: 'utf8' }).trim(),
    latchkeyLog: program.log,
    introspect: (token) => post('/oauth/introspect', introspecting, { token }),
    revoke: (token) => post('/oauth/revoke', machine, { token }),
    stopLatchkey,
    async stop() {
      await stopLatchkey();
      await api.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The header of a client's id and secret. */
export function basic({ client_id: id, client_secret: secret }) {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

/**
 * One request, its path and headers exactly as given, over TLS if it is to be `secure`. A 200 of the API has `told`,
 * what reached it.
 */
export function ask(port, path, { method = 'GET', headers = {}, body, secure = false } = {}) {
  return new Promise((done, failed) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false, timeout: 60_000 };
    const send = secure ? secureRequest : request;
    const sent = send({ ...options, rejectUnauthorized: false }, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      const told = answer.statusCode === 200 ? JSON.parse(text) : undefined;
      done({ status: answer.statusCode, headers: answer.headers, text, told });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${path} is not answered`)));
    sent.on('error', failed);
    sent.end(body);
  });
}
