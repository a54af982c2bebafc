// What with-server.mjs prepared, and the Node of Debian 12 made to look like the newer ones.
import { webcrypto } from 'node:crypto';

// Both client libraries need the global that came with Node 19.
globalThis.crypto ??= webcrypto;
// The comma between two cookies is the one that a name follows; those of dates stay.
Headers.prototype.getSetCookie ??= function getSetCookie() {
  return this.get('set-cookie')?.split(/, (?=[^;=\s]+=)/) ?? [];
};

if (!process.env.LATCHKEY_WORLD) {
  throw new Error('run these tests through tests/clients/with-server.mjs');
}

export const { issuer, person, clients, run } = JSON.parse(process.env.LATCHKEY_WORLD);
