// One whole code flow by oauth4webapi, step by step, looked on at. With LATCHKEY_RECORD=FILE it is written down.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { clients, issuer, person } from './world.mjs';
import { Person } from './person.mjs';
import { Recording } from './recording.mjs';
import * as oauth from 'oauth4webapi';

const INTRODUCTION = `# A whole code flow, as it happened

The requests and answers of one authorization code flow: the client library is oauth4webapi, the person is a
browser without JavaScript, the server is the release build. Nothing here was written by hand; the test
\`tests/clients/node/first_flow.test.mjs\` wrote it down while it ran:

\`\`\`sh
cargo build --release
PROGRAM_UNDER_TEST=$PWD/target/release/latchkey LATCHKEY_RECORD=docs/first-flow.md tests/run clients
\`\`\`

Of tokens, codes, cookies and other long values only the ends are shown (\`lka_1xV0…a81Q\`), passwords are left out,
parameters stand one on a line, and a page is told by its words, [ fields ] and ( buttons ).`;

test('a whole code flow works from discovery to revocation', async () => {
  const story = new Recording(INTRODUCTION);
  const { recorded_app: client, api } = clients;
  const asClient = oauth.ClientSecretBasic(client.client_secret);
  const asApi = oauth.ClientSecretBasic(api.client_secret);
  const redirectUri = 'https://notes.example/callback';
  const seen = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: story.send };

  story.step('1. Discovery', 'The client knows the issuer, and asks for the rest (RFC 8414).');
  const identifier = new URL(issuer);
  const server = await oauth.processDiscoveryResponse(
    identifier, await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...seen }));

  story.step('2. Authorization request', 'The client sends the person to the server (RFC 6749 §4.1.1, RFC 7636 §4.3).');
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'notes.read notes.write',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const visitor = new Person(person, story.send);
  assert.equal(await visitor.open(url), undefined);

  story.step('3. Sign-in', 'The person fills in the form.');
  await visitor.press('Sign in', { Username: person.username, Password: person.password });
  assert.ok(visitor.text.includes(client.client_name), 'the consent page names the client');

  story.step('4. Consent', 'The person allows it; the answer takes them back to the client (RFC 6749 §4.1.2, RFC 9207).');
  const returned = await visitor.press('Allow');
  assert.equal(returned.origin + returned.pathname, redirectUri);
  assert.equal(returned.searchParams.get('iss'), issuer);
  const answered = oauth.validateAuthResponse(server, client, returned, state);

  story.step('5. Token', 'The client redeems the code (RFC 6749 §4.1.3, RFC 7636 §4.5).');
  const tokens = await oauth.processAuthorizationCodeResponse(
    server, client,
    await oauth.authorizationCodeGrantRequest(server, client, asClient, answered, redirectUri, verifier, seen));

  const introspect = async (token) =>
    oauth.processIntrospectionResponse(server, api, await oauth.introspectionRequest(server, api, asApi, token, seen));

  story.step('6. Introspection', 'An API that was shown the access token asks what it is worth (RFC 7662).');
  assert.equal((await introspect(tokens.access_token)).username, person.username);

  story.step('7. Refresh', 'Later the client takes new tokens; the refresh token is replaced (RFC 6749 §6).');
  const refreshed = await oauth.processRefreshTokenResponse(
    server, client, await oauth.refreshTokenGrantRequest(server, client, asClient, tokens.refresh_token, seen));
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);

  story.step('8. Revocation', 'The person signs out at the client, which gives its refresh token back (RFC 7009).');
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, asClient, refreshed.refresh_token, seen));

  story.step('9. Introspection again', 'With its refresh token, everything of that sign-in has ended.');
  assert.deepEqual(await introspect(refreshed.access_token), { active: false });
  assert.deepEqual(await introspect(tokens.access_token), { active: false });

  if (process.env.LATCHKEY_RECORD) writeFileSync(process.env.LATCHKEY_RECORD, `${story}`);
});
