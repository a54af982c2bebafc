// What with-server.mjs prepared.
import './older_node.mjs';

if (!process.env.LATCHKEY_WORLD) {
  throw new Error('run these tests through tests/clients/with-server.mjs');
}

export const { issuer, person, administrator, clients, run } = JSON.parse(process.env.LATCHKEY_WORLD);
