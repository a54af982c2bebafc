// openid-client goes through every flow; it knows of the server what the metadata say and nothing else.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { clients, issuer, person } from './world.mjs';
import { Person } from './person.mjs';
import * as oidc from 'openid-client';

const discover = (client, authentication = oidc.ClientSecretPost(client.client_secret)) =>
  oidc.discovery(new URL(issuer), client.client_id, undefined, authentication, {
    algorithm: 'oauth2',
    // The server under test speaks plain http, on a loopback address.
    execute: [oidc.allowInsecureRequests],
  });

async function authorize(config, redirectUri) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'notes.read notes.write',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  });
  const returned = await new Person(person).signInAndAllow(url);
  return oidc.authorizationCodeGrant(config, returned, { pkceCodeVerifier, expectedState });
}

let webApp;
let nativeApp;
let api;

before(async () => {
  webApp = await discover(clients.web_app);
  nativeApp = await discover(clients.native_app, oidc.None());
  api = await discover(clients.api);
});

test('a confidential client completes the code flow with PKCE', async () => {
  const tokens = await authorize(webApp, 'https://notes.example/callback');
  assert.equal(tokens.token_type, 'bearer');
  assert.equal(tokens.scope, 'notes.read notes.write');
  assert.ok(tokens.expiresIn() > 3500);
  assert.ok(tokens.access_token && tokens.refresh_token);
});

test('a native app completes the code flow on a loopback port of its choice', async () => {
  const tokens = await authorize(nativeApp, 'http://127.0.0.1:49152/callback');
  const refreshed = await oidc.refreshTokenGrant(nativeApp, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
});

test('the metadata announce iss in answers and S256', () => {
  const metadata = webApp.serverMetadata();
  assert.equal(metadata.issuer, issuer);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  assert.ok(metadata.supportsPKCE('S256'));
});

test('a refresh brings new tokens', async () => {
  const tokens = await authorize(webApp, 'https://notes.example/callback');
  const refreshed = await oidc.refreshTokenGrant(webApp, tokens.refresh_token);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
});

test('a machine gets a token for itself, without a refresh token', async () => {
  const machine = await discover(clients.machine);
  const tokens = await oidc.clientCredentialsGrant(machine, { scope: 'notes.read' });
  assert.equal(tokens.refresh_token, undefined);
  const answer = await oidc.tokenIntrospection(api, tokens.access_token);
  assert.equal(answer.active, true);
  assert.equal(answer.sub, clients.machine.client_id);
});

test('the makers’ own app signs a person in by password', async () => {
  const app = await discover(clients.first_party_app);
  const tokens = await oidc.genericGrantRequest(app, 'password', { ...person });
  const answer = await oidc.tokenIntrospection(api, tokens.access_token);
  assert.equal(answer.username, person.username);
});

test('introspection tells a resource server who, what and until when', async () => {
  const tokens = await authorize(webApp, 'https://notes.example/callback');
  const answer = await oidc.tokenIntrospection(api, tokens.access_token);
  assert.equal(answer.active, true);
  assert.equal(answer.client_id, clients.web_app.client_id);
  assert.equal(answer.scope, 'notes.read notes.write');
  assert.equal(answer.iss, issuer);
  assert.match(answer.sub, /^usr_/);
  assert.ok(answer.exp > Date.now() / 1000);
});

test('a revoked access token is inactive at once', async () => {
  const tokens = await authorize(webApp, 'https://notes.example/callback');
  await oidc.tokenRevocation(webApp, tokens.access_token);
  assert.deepEqual({ ...(await oidc.tokenIntrospection(api, tokens.access_token)) }, { active: false });
});

test('a native app revokes its refresh token, and everything of that sign-in ends', async () => {
  const tokens = await authorize(nativeApp, 'http://127.0.0.1:49153/callback');
  await oidc.tokenRevocation(nativeApp, tokens.refresh_token);
  assert.equal((await oidc.tokenIntrospection(api, tokens.access_token)).active, false);
  await assert.rejects(oidc.refreshTokenGrant(nativeApp, tokens.refresh_token), { error: 'invalid_grant' });
});

test('a code works once', async () => {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(webApp, {
    redirect_uri: 'https://notes.example/callback',
    scope: 'notes.read',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const returned = await new Person(person).signInAndAllow(url);
  await oidc.authorizationCodeGrant(webApp, returned, { pkceCodeVerifier });
  await assert.rejects(oidc.authorizationCodeGrant(webApp, returned, { pkceCodeVerifier }), { error: 'invalid_grant' });
});

test('a person who denies goes back with access_denied', async () => {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(nativeApp, {
    redirect_uri: 'http://127.0.0.1:49154/callback',
    scope: 'notes.read',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  });
  const visitor = new Person(person);
  await visitor.open(url);
  await visitor.press('Sign in', { Username: person.username, Password: person.password });
  const returned = await visitor.press('Deny');
  await assert.rejects(
    oidc.authorizationCodeGrant(nativeApp, returned, { pkceCodeVerifier, expectedState }),
    { error: 'access_denied' },
  );
});
