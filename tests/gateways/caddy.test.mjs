// Caddy with forward_auth, as docs/gateways/caddy.md configures it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { below, documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('Caddy', {
  start(world, port, { browsers, tls }) {
    const directory = folder();
    let [inside, more] = documented('caddy', 'caddyfile', world, port);
    if (browsers) inside = below(inside, 'route {', more);
    if (tls) inside = inside.replace(/^http(:.*{)$/m, `https$1\n\ttls ${tls.certificate} ${tls.key}`);
    const file = join(directory, 'Caddyfile');
    // Neither the administration port nor port 80, which a second Caddy on this machine would want too.
    writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${inside}`);
    const words = ['run', '--adapter', 'caddyfile', '--config', file];
    const own = { XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory, HOME: directory };
    return startGateway(directory, port, 'caddy', words, own);
  },
});
