// HAProxy with a Lua action, as docs/gateways/haproxy.md has both.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('HAProxy', {
  start(world, port) {
    const directory = folder();
    const [action] = documented('haproxy', 'lua', world, port);
    const [configuration] = documented('haproxy', 'haproxy', world, port);
    const [lua, file] = [join(directory, 'latchkey.lua'), join(directory, 'haproxy.cfg')];
    writeFileSync(lua, action);
    writeFileSync(file, configuration.replace('/etc/haproxy/latchkey.lua', lua));
    return startGateway(directory, port, 'haproxy', ['-db', '-f', file]);
  },
});
