// What with-server.mjs prepared, and the oldest Node that Debian ships made to look like the newer ones.
import { webcrypto } from 'node:crypto';

// Node 18 has no global `crypto` yet, which both client libraries need.
globalThis.crypto ??= webcrypto;

if (!process.env.LATCHKEY_WORLD) {
  throw new Error('run these tests through tests/clients/with-server.mjs');
}

export const { issuer, person, clients } = JSON.parse(process.env.LATCHKEY_WORLD);
