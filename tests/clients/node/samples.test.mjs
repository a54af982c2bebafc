// The settings to paste of a client's page work as they are pasted: curl and openid-client against the running
// program, and each value of Spring's against the metadata. Authlib's are in tests/clients/python, nginx's in
// tests/gateways.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Person } from './person.mjs';
import { runNode, runShell } from './pasted.mjs';
import { register } from './registered.mjs';
import { administrator, clients, issuer, person } from './world.mjs';
import { properties } from './yaml.mjs';

let pages;
let metadata;
before(async () => {
  pages = await register(issuer, administrator);
  metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
});

const id = (name) => pages[name].value('client-id');

async function introspect(token) {
  const { client_id: api, client_secret: secret } = clients.api;
  const headers = { authorization: `Basic ${btoa(`${api}:${secret}`)}` };
  const answer = await fetch(metadata.introspection_endpoint, { method: 'POST', headers, body: new URLSearchParams({ token }) });
  return answer.json();
}

/** Whose and which client's the token is, and what it opens. */
async function assertToken({ access_token: token }, name, username) {
  const known = await introspect(token);
  assert.deepEqual(
    [known.active, known.client_id, known.username, known.scope],
    [true, id(name), username, 'notes.read notes.write'],
  );
}

const allowed = (url) => new Person(person).signInAndAllow(url);
const code = async (url) => (await allowed(url)).searchParams.get('code');
const shellPerson = { variables: { username: person.username, password: person.password } };

test('each kind of client is shown the samples that fit it', () => {
  const shown = Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, page.samples]));
  assert.deepEqual(shown, {
    web: ['curl', 'openid-client', 'Authlib', 'Spring'],
    queried: ['curl', 'openid-client', 'Authlib', 'Spring'],
    native: ['curl', 'openid-client', 'Authlib'],
    page: ['openid-client', 'curl'],
    password: ['curl', 'openid-client', 'Authlib'],
    service: ['curl', 'openid-client', 'Authlib', 'Spring'],
    api: ['curl', 'openid-client', 'Authlib', 'Spring', 'nginx'],
  });
});

for (const name of ['web', 'queried', 'native', 'page']) {
  test(`curl: the sample of a ${name} client signs a person in and redeems the code`, async () => {
    await assertToken(await runShell(pages[name].sample('curl'), { answer: code }), name, person.username);
  });
}

for (const name of ['web', 'native', 'page']) {
  test(`openid-client: the sample of a ${name} client signs a person in and redeems the code`, async () => {
    const tokens = await runNode(pages[name].sample('openid-client'), 'tokens', { answer: allowed });
    await assertToken(tokens, name, person.username);
  });
}

test('openid-client: the sample says so where the library would change the redirect URI', () => {
  const warns = (name) => pages[name].sample('openid-client').includes('register one without a query');
  assert.deepEqual(['web', 'queried', 'native', 'page'].map(warns), [false, true, false, false]);
});

test('curl: the sample of a client with the password grant signs a person in', async () => {
  await assertToken(await runShell(pages.password.sample('curl'), shellPerson), 'password', person.username);
});

test('openid-client: the sample of a client with the password grant signs a person in', async () => {
  const tokens = await runNode(pages.password.sample('openid-client'), 'tokens', shellPerson);
  await assertToken(tokens, 'password', person.username);
});

test('curl: the sample of a service gets a token', async () => {
  await assertToken(await runShell(pages.service.sample('curl')), 'service');
});

test('curl: the sample of a project’s client gets a token', async () => {
  const visitor = new Person(person);
  await visitor.open(`${issuer}/login`);
  await visitor.press('Sign in', { Username: person.username, Password: person.password });
  await visitor.open(`${issuer}/account/projects/new`);
  await visitor.press('Create project', { Name: 'Weather', 'Slug (optional)': 'weather' });
  await visitor.open(`${issuer}/account/projects/weather/clients/new`);
  await visitor.press('Create client', { Name: 'Station', 'notes.read': 'notes.read' });
  const { access_token: token } = await runShell(visitor.sample('curl'));
  const known = await introspect(token);
  assert.deepEqual([known.client_id, known.project, known.scope], [visitor.value('client-id'), 'weather', 'notes.read']);
});

test('openid-client: the sample of a service gets a token', async () => {
  await assertToken(await runNode(pages.service.sample('openid-client'), 'tokens'), 'service');
});

test('curl and openid-client: the samples of a resource server introspect', async () => {
  const { access_token: token } = await runShell(pages.service.sample('curl'));
  const told = await runShell(pages.api.sample('curl'), { variables: { token } });
  const variables = { variables: { token } };
  const read = await runNode(pages.api.sample('openid-client'), '{ active, sub, scope }', variables);
  for (const { active, sub, scope } of [told, read]) {
    assert.deepEqual([active, sub, scope], [true, id('service'), 'notes.read notes.write']);
  }
});

test('Spring: the sample of a web client names what the metadata announce', () => {
  const [own, at] = ['registration.latchkey', 'provider.latchkey'];
  assert.deepEqual(properties(pages.web.sample('Spring'), 'spring.security.oauth2.client'), {
    [`${own}.client-id`]: id('web'),
    [`${own}.client-secret`]: pages.web.value('client-secret'),
    [`${own}.client-authentication-method`]: 'client_secret_basic',
    [`${own}.authorization-grant-type`]: 'authorization_code',
    [`${own}.scope`]: ['notes.read', 'notes.write'],
    [`${own}.redirect-uri`]: 'https://notes.example/callback',
    [`${at}.authorization-uri`]: metadata.authorization_endpoint,
    [`${at}.token-uri`]: metadata.token_endpoint,
  });
});

test('Spring: with the values of a service’s sample one gets a token', async () => {
  const [own, at] = ['registration.latchkey', 'provider.latchkey'];
  const settings = properties(pages.service.sample('Spring'), 'spring.security.oauth2.client');
  assert.deepEqual(Object.keys(settings).sort(), [
    `${at}.token-uri`, `${own}.authorization-grant-type`, `${own}.client-authentication-method`,
    `${own}.client-id`, `${own}.client-secret`, `${own}.scope`,
  ]);
  assert.equal(settings[`${at}.token-uri`], metadata.token_endpoint);
  const method = settings[`${own}.client-authentication-method`];
  assert.equal(method, 'client_secret_basic');
  assert.ok(metadata.token_endpoint_auth_methods_supported.includes(method));
  const answer = await fetch(settings[`${at}.token-uri`], {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${settings[`${own}.client-id`]}:${settings[`${own}.client-secret`]}`)}` },
    body: new URLSearchParams({
      grant_type: settings[`${own}.authorization-grant-type`], scope: settings[`${own}.scope`].join(' '),
    }),
  });
  await assertToken(await answer.json(), 'service');
});

test('Spring: the sample of a resource server names the introspection endpoint', () => {
  assert.deepEqual(properties(pages.api.sample('Spring'), 'spring.security.oauth2.resourceserver.opaquetoken'), {
    'introspection-uri': metadata.introspection_endpoint,
    'client-id': id('api'),
    'client-secret': pages.api.value('client-secret'),
  });
});
