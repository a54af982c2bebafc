// The Node of Debian 12 made to look like the newer ones.
import { webcrypto } from 'node:crypto';

// The client libraries need the global that came with Node 19.
globalThis.crypto ??= webcrypto;
// The comma between two cookies is the one that a name follows; those of dates stay.
Headers.prototype.getSetCookie ??= function getSetCookie() {
  return this.get('set-cookie')?.split(/, (?=[^;=\s]+=)/) ?? [];
};
