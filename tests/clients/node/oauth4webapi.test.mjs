// oauth4webapi goes through every flow with HTTP Basic; discovery by the metadata alone.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { clients, issuer, person } from './world.mjs';
import { Person } from './person.mjs';
import * as oauth from 'oauth4webapi';

// The server under test speaks plain http, on a loopback address.
const plain = { [oauth.allowInsecureRequests]: true };
const redirectUri = 'https://notes.example/callback';
const webApp = clients.web_app;
const asWebApp = oauth.ClientSecretBasic(webApp.client_secret);
const asApi = oauth.ClientSecretBasic(clients.api.client_secret);

let server;

before(async () => {
  const identifier = new URL(issuer);
  const answer = await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...plain });
  server = await oauth.processDiscoveryResponse(identifier, answer);
});

async function authorize() {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: webApp.client_id,
    redirect_uri: redirectUri,
    scope: 'notes.read notes.write',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const returned = await new Person(person).signInAndAllow(url);
  const answer = await oauth.authorizationCodeGrantRequest(
    server, webApp, asWebApp, oauth.validateAuthResponse(server, webApp, returned, state), redirectUri, verifier, plain);
  return oauth.processAuthorizationCodeResponse(server, webApp, answer);
}

async function introspect(token) {
  const answer = await oauth.introspectionRequest(server, clients.api, asApi, token, plain);
  return oauth.processIntrospectionResponse(server, clients.api, answer);
}

test('a confidential client completes the code flow with PKCE', async () => {
  const tokens = await authorize();
  assert.equal(tokens.scope, 'notes.read notes.write');
  assert.equal((await introspect(tokens.access_token)).username, person.username);
});

test('a refresh may ask for a narrower scope', async () => {
  const tokens = await authorize();
  const answer = await oauth.refreshTokenGrantRequest(
    server, webApp, asWebApp, tokens.refresh_token, { ...plain, additionalParameters: { scope: 'notes.read' } });
  const narrower = await oauth.processRefreshTokenResponse(server, webApp, answer);
  assert.equal((await introspect(narrower.access_token)).scope, 'notes.read');
});

test('a machine gets a token for itself', async () => {
  const { machine } = clients;
  const answer = await oauth.clientCredentialsGrantRequest(
    server, machine, oauth.ClientSecretBasic(machine.client_secret), { scope: 'notes.read' }, plain);
  const tokens = await oauth.processClientCredentialsResponse(server, machine, answer);
  assert.equal((await introspect(tokens.access_token)).client_id, machine.client_id);
});

test('the makers’ own app signs a person in by password and stays signed in', async () => {
  const app = clients.first_party_app;
  const asApp = oauth.ClientSecretBasic(app.client_secret);
  const answer = await oauth.genericTokenEndpointRequest(server, app, asApp, 'password', { ...person }, plain);
  const tokens = await oauth.processGenericTokenEndpointResponse(server, app, answer);
  assert.equal(tokens.scope, 'notes.read notes.write');

  const refresh = await oauth.refreshTokenGrantRequest(server, app, asApp, tokens.refresh_token, plain);
  const refreshed = await oauth.processRefreshTokenResponse(server, app, refresh);
  assert.equal((await introspect(refreshed.access_token)).active, true);
});

test('a wrong password is refused as the specification says', async () => {
  const app = clients.first_party_app;
  const answer = await oauth.genericTokenEndpointRequest(
    server, app, oauth.ClientSecretBasic(app.client_secret), 'password', { ...person, password: 'wrong' }, plain);
  await assert.rejects(oauth.processGenericTokenEndpointResponse(server, app, answer), { error: 'invalid_grant', status: 400 });
});

test('a wrong client secret is challenged', async () => {
  const answer = await oauth.clientCredentialsGrantRequest(
    server, clients.machine, oauth.ClientSecretBasic('lks_wrong'), {}, plain);
  await assert.rejects(oauth.processClientCredentialsResponse(server, clients.machine, answer), (refusal) => {
    assert.equal(refusal.status, 401);
    return true;
  });
});

test('a revoked refresh token ends its whole sign-in', async () => {
  const tokens = await authorize();
  const answer = await oauth.revocationRequest(server, webApp, asWebApp, tokens.refresh_token, plain);
  await oauth.processRevocationResponse(answer);
  assert.deepEqual(await introspect(tokens.access_token), { active: false });
});
