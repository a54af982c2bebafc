// Apache with mod_auth_openidc as a resource server that introspects, as docs/gateways/apache.md configures it.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTls } from '../clients/tls.mjs';
import { below, documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

const modules = [
  ...['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'setenvif', 'rewrite', 'proxy', 'proxy_http'],
  'auth_openidc',
];

/** What a distribution's own configuration holds around the documented part. */
const around = (directory, inside) => `
ServerRoot ${directory}
ServerName 127.0.0.1
PidFile ${directory}/pid
ErrorLog "|/bin/cat"
LogLevel warn
User www-data
Group www-data
Mutex file:${directory} default
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${inside}
`;

prove('Apache', {
  keys: false,
  tellsScope: false,
  options: false,
  async start(world, port, { browsers }) {
    const directory = folder();
    chmodSync(directory, 0o777);
    const [main, more] = documented('apache', 'apache', world, port);
    const documentedPart = browsers ? below(main, '<VirtualHost', more) : main;
    // The module introspects over https alone.
    const tls = await startTls(directory, world.latchkeyPort);
    const { client_id: id, client_secret: secret } = world.introspecting;
    const inside = documentedPart
      .replace('cli_YOURS', id)
      .replace('lks_YOURS', secret)
      .replace('https://login.example.com', `https://127.0.0.1:${tls.port}`);
    const file = join(directory, 'apache.conf');
    writeFileSync(file, around(directory, `OIDCCABundlePath ${tls.certificate}\n${inside}`));
    return startGateway(directory, port, 'apache2', ['-DFOREGROUND', '-f', file]);
  },
});
