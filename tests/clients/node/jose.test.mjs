// jose verifies our signed access tokens (RFC 9068) as a resource server does: with the key set that the
// metadata names, before and after the keys are rotated.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { clients, issuer, person, run } from './world.mjs';
import { Person } from './person.mjs';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';

const plain = { [oauth.allowInsecureRequests]: true };
const app = clients.signed_app;
const redirectUri = 'https://notes.example/callback';

let server;
let keySet;

before(async () => {
  const identifier = new URL(issuer);
  server = await oauth.processDiscoveryResponse(
    identifier, await oauth.discoveryRequest(identifier, { algorithm: 'oauth2', ...plain }));
  // Without the pause between two readings that protects a key set from bad tokens.
  keySet = jose.createRemoteJWKSet(new URL(server.jwks_uri), { cooldownDuration: 0 });
});

async function token() {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code', client_id: app.client_id, redirect_uri: redirectUri, scope: 'notes.read', state: 'x',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const returned = await new Person(person).signInAndAllow(url);
  const answer = await oauth.authorizationCodeGrantRequest(
    server, app, oauth.ClientSecretBasic(app.client_secret),
    oauth.validateAuthResponse(server, app, returned, 'x'), redirectUri, verifier, plain);
  return (await oauth.processAuthorizationCodeResponse(server, app, answer)).access_token;
}

const verify = (text, options = {}) =>
  jose.jwtVerify(text, keySet, {
    issuer, audience: issuer, typ: 'at+jwt', algorithms: ['ES256'],
    requiredClaims: ['sub', 'client_id', 'scope', 'jti', 'iat', 'exp'], ...options,
  });

test('a signed token is verified, also by what was known before the keys were rotated', async () => {
  const first = await token();
  const { payload, protectedHeader } = await verify(first);
  assert.equal(payload.client_id, app.client_id);
  assert.equal(payload.scope, 'notes.read');
  assert.match(payload.sub, /^usr_/);

  execFileSync(run.binary, ['key', 'rotate', '--now'], { cwd: run.cwd, env: run.env });
  const second = await token();
  const after = await verify(second);
  assert.notEqual(after.protectedHeader.kid, protectedHeader.kid);
  assert.equal((await verify(first)).payload.jti, payload.jti);
});

test('a token for somebody else, or changed, is refused', async () => {
  const text = await token();
  await assert.rejects(verify(text, { audience: 'https://other.example' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  const [header, payload, signature] = text.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url')), scope: 'notes.read notes.write' };
  const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
  await assert.rejects(verify(`${header}.${changed}.${signature}`), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

test('oauth4webapi accepts a request with a signed token as a resource server', async () => {
  const text = await token();
  const request = new Request('https://api.example/notes', { headers: { authorization: `Bearer ${text}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, issuer, plain);
  assert.equal(claims.client_id, app.client_id);
});
