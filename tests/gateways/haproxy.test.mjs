// HAProxy with a Lua action, as docs/gateways/haproxy.md has both.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { below, documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('HAProxy', {
  start(world, port, { browsers, tls }) {
    const directory = folder();
    const [action] = documented('haproxy', 'lua', world, port);
    let [configuration, more] = documented('haproxy', 'haproxy', world, port);
    if (browsers) configuration = below(configuration, 'bind ', more);
    if (tls) {
      const both = join(directory, 'both.pem');
      writeFileSync(both, readFileSync(tls.certificate, 'utf8') + readFileSync(tls.key, 'utf8'));
      configuration = configuration.replace(/bind .*/, `$& ssl crt ${both}`);
    }
    const [lua, file] = [join(directory, 'latchkey.lua'), join(directory, 'haproxy.cfg')];
    writeFileSync(lua, action);
    writeFileSync(file, configuration.replace('/etc/haproxy/latchkey.lua', lua));
    return startGateway(directory, port, 'haproxy', ['-db', '-f', file]);
  },
});
