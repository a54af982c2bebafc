// Caddy with forward_auth, as docs/gateways/caddy.md configures it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('Caddy', {
  start(world, port) {
    const directory = folder();
    const [inside] = documented('caddy', 'caddyfile', world, port);
    const file = join(directory, 'Caddyfile');
    // No administration port, which a second Caddy on this machine would want too.
    writeFileSync(file, `{\n\tadmin off\n}\n${inside}`);
    const words = ['run', '--adapter', 'caddyfile', '--config', file];
    const own = { XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, HOME: directory };
    return startGateway(directory, port, 'caddy', words, own);
  },
});
