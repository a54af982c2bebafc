// The running program with its people, scopes and clients, an app on another port, and Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { startProgram } from '../clients/program.mjs';

/** Who administers in the tests of the administrators' pages: add them with the option `--role admin`. */
export const administrator = { username: 'Grace', password: 'nanoseconds are this long' };

export const person = { username: 'Ada', password: 'correct horse battery staple' };

/** Debian's Chromium, with more words of its command line; it calls nobody but the servers of the test. */
export const launch = (...more) =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--disable-background-networking', '--disable-component-update', '--disable-gpu', '--disable-quic',
      '--disable-sync', '--no-first-run', ...more,
    ],
  });

export async function startWorld() {
  const program = await startProgram();
  program.addScope('notes.read', 'Read your notes', '--default');
  program.addScope('notes.write', 'Change and delete your notes', '--default');
  program.addUser(person.username, person.password);
  const app = await startApp('127.0.0.1');
  // Last, since a browser that nobody closes keeps the test runner waiting.
  const browser = await launch();
  return {
    ...program,
    app,
    browser,
    /** A client of its own for each test, so that no consent of another test is remembered. */
    addWebApp: (name, ...flags) =>
      program.addClient(name, '--redirect-uri', app.redirectUri, '--scope', 'notes.read', '--scope', 'notes.write', ...flags),
    addNativeApp: (name, redirectUri) =>
      program.addClient(name, '--public', '--redirect-uri', redirectUri, '--scope', 'notes.read'),
    async stop() {
      await browser.close();
      app.close();
      await program.stop();
    },
  };
}

/** The client's side of a redirect: a page that shows what it was given. */
export async function startApp(host) {
  const server = createServer((request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App</title><h1>Back at the app</h1>');
  });
  await new Promise((done, failed) => server.once('error', failed).listen(0, host, done));
  const name = host.includes(':') ? `[${host}]` : host;
  return { redirectUri: `http://${name}:${server.address().port}/callback`, close: () => server.close() };
}

/** A fresh browser profile with one page; it fails the test if a page broke its own security policy. */
export async function visit(world, use, { javaScript = true, ...options } = {}) {
  const context = await world.browser.newContext({ javaScriptEnabled: javaScript, ...options });
  context.setDefaultTimeout(60_000);
  try {
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** Where a client sends a person to; the tests of tests/clients redeem codes, these need not. */
export function authorizeUrl(world, client, { redirectUri = client.redirect_uris[0], scope = 'notes.read', ...more } = {}) {
  const url = new URL(`${world.issuer}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope,
    state: 'kept as it is',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return url.href;
}

export async function signIn(page, { username, password } = person) {
  await page.getByLabel('Username', { exact: true }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page, 'Sign in');
}

/** Opens a page of a signed-in area by way of the sign-in page, which leads back to it. */
export async function open(world, page, path, who = person) {
  await page.goto(`${world.issuer}${path}`);
  await signIn(page, who);
  await page.waitForURL(`${world.issuer}${path}`);
}

/** Makes every password that was typed one of long ago, around HTTP: no test waits for ten minutes. */
export function dbTypedLongAgo(world) {
  const update = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=60) as db: db.execute("UPDATE sessions SET confirmed_at = 0")';
  execFileSync('python3', ['-c', update, world.run.env.LATCHKEY_DATABASE_URL.replace('sqlite://', '')]);
}

export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

export const shows = (page, name) => page.getByRole('button', { name, exact: true }).waitFor();

/** The parameters that the client was given, once the browser is back there. */
export async function backAt(page, redirectUri) {
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
  return Object.fromEntries(new URL(page.url()).searchParams);
}
