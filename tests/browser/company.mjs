// A server as a company would have it, behind TLS and under its own name, with people, clients and tokens:
// for pictures and measures of pages as they usually are.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../clients/program.mjs';
import { startTls } from '../clients/tls.mjs';
import { administrator, authorizeUrl, backAt, launch, open, person, press, shows, signIn, visit } from './world.mjs';

const ISSUER = 'https://login.example.com';
const CALLBACK = 'https://notes.example.com/callback';
const TELEPHONE = 'Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0';
const makePast = fileURLToPath(new URL('db_past.py', import.meta.url));

export async function startCompany() {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-company-'));
  const database = join(directory, 'latchkey.db');
  const program = await startProgram({
    LATCHKEY_ISSUER: ISSUER,
    LATCHKEY_DATABASE_URL: `sqlite://${database}`,
    LATCHKEY_TRUSTED_PROXIES: '127.0.0.1',
  });
  const inside = program.issuer;
  const tls = await startTls(directory, new URL(inside).port);
  const browser = await launch(`--host-resolver-rules=MAP login.example.com:443 127.0.0.1:${tls.port}`);
  const company = { ...program, issuer: ISSUER, inside, browser, person, administrator };
  company.stop = async () => {
    await browser.close();
    await program.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  company.visit = (use, more) =>
    visit(company, use, {
      ignoreHTTPSErrors: true,
      viewport: { width: 1280, height: 800 },
      colorScheme: 'light',
      // As the proxy tells it.
      extraHTTPHeaders: { 'x-forwarded-for': '203.0.113.24', 'x-forwarded-proto': 'https' },
      ...more,
    });
  addPeopleAndClients(company);
  await useThem(company);
  execFileSync('python3', [makePast, database]);
  return company;
}

function addPeopleAndClients(company) {
  company.addScope('notes.read', 'Read your notes', '--default');
  company.addScope('notes.write', 'Change and delete your notes', '--default');
  company.addScope('calendar.read', 'See your calendar', '--default');
  company.addScope('payments.write', 'Pay invoices in your name', '--sensitive');
  company.addUser(person.username, person.password);
  company.addUser(administrator.username, administrator.password, '--role', 'admin');
  for (const name of ['Zoë Kovács', 'Kenji', 'Amara', 'ליאור']) company.addUser(name, person.password);
  const both = ['--scope', 'notes.read', '--scope', 'notes.write'];
  const add = (name, ...flags) => company.addClient(name, ...flags);
  add('Archive import', '--scope', 'notes.read');
  company.clients = {
    web: add('Notes', '--redirect-uri', CALLBACK, ...both),
    desk: add('Notes for the desktop', '--public', '--redirect-uri', 'http://127.0.0.1/callback', ...both),
    page: add(
      'Calendar', '--public', '--redirect-uri', 'https://calendar.example.com/', '--origin',
      'https://calendar.example.com', '--scope', 'calendar.read'),
    service: add('Invoice export', '--grant', 'client_credentials', '--scope', 'notes.read'),
    api: add('Notes API', '--resource-server'),
  };
  const old = add('Newsletter', '--redirect-uri', 'https://news.example.com/callback', '--scope', 'notes.read');
  company.command(['client', 'disable', old.client_id]);
}

/** A form to the server as a program sends it. */
function post(company, path, { client_id: id, client_secret: secret }, form) {
  const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
  return fetch(company.inside + path, { method: 'POST', headers, body: new URLSearchParams(form) });
}

async function useThem(company) {
  const { web, service, api } = company.clients;
  let code;
  await company.visit(async (page) => {
    await page.route('https://notes.example.com/**', (route) => route.fulfill({ body: 'Notes' }));
    await page.goto(authorizeUrl(company, web, { scope: 'notes.read notes.write' }));
    await signIn(page, { ...person, password: 'a slip of the hand' });
    await page.getByRole('alert').waitFor();
    await signIn(page);
    await shows(page, 'Allow');
    await press(page, 'Allow');
    ({ code } = await backAt(page, CALLBACK));
    await page.goto(authorizeUrl(company, web, { redirectUri: `${CALLBACK}s` }));
  }, { userAgent: TELEPHONE });
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: 'v'.repeat(43) };
  company.tokens = await (await post(company, '/oauth/token', web, form)).json();
  await post(company, '/oauth/introspect', api, { token: company.tokens.access_token });
  await post(company, '/oauth/token', service, { grant_type: 'client_credentials' });
  await post(company, '/oauth/token', { ...service, client_secret: 'wrong' }, { grant_type: 'client_credentials' });
  await company.visit((page) => makeOwn(company, page));
}

/** Ada's access tokens and project. */
async function makeOwn(company, page) {
  const make = async (path, name, scope, more, button) => {
    await page.goto(company.issuer + path);
    await page.getByLabel('Name', { exact: true }).fill(name);
    if (scope) await page.getByLabel(scope, { exact: true }).check();
    if (more) await page.getByRole('radio', { name: more }).check();
    await press(page, button);
    await page.getByRole('status').waitFor();
  };
  await open(company, page, '/account/tokens', person);
  await make('/account/tokens/new', 'Backup on the home server', 'notes.read', 'In 90 days', 'Create token');
  await make('/account/tokens/new', 'Editor plug-in', 'notes.write', 'In 7 days', 'Create token');
  await make('/account/tokens/new', 'Calendar on the wall', 'calendar.read', 'Never', 'Create token');
  await make('/account/projects/new', 'Weather station', '', '', 'Create project');
  company.project = new URL(page.url()).pathname;
  await make(`${company.project}/clients/new`, 'Roof sensor', 'notes.write', 'An API key', 'Create client');
  company.projectClient = new URL(page.url()).pathname;
  await make(`${company.projectClient}/keys/new`, 'Balcony', 'notes.write', 'In 90 days', 'Create API key');
  await make(`${company.projectClient}/secrets/new`, 'Nightly report', '', '', 'Create secret');
  await page.goto(`${company.issuer}/logout`);
  await press(page, 'Sign out');
  await page.getByText('signed out').waitFor();
}
