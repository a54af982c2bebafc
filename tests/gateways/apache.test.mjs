// Apache with mod_auth_openidc as a resource server that introspects, as docs/gateways/apache.md configures it.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../clients/program.mjs';
import { documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'proxy', 'proxy_http', 'auth_openidc'];

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

/** The proxy with TLS that stands before every Latchkey: the module introspects over https alone. */
async function startTls(directory, world) {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (got, answer) => {
    const { method, url: path, headers } = got;
    const passedOn = request({ port: world.latchkeyPort, host: '127.0.0.1', method, path, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    passedOn.on('error', () => answer.destroy());
    got.pipe(passedOn);
  });
  const port = await freePort();
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  server.unref();
  return { certificate, url: `https://127.0.0.1:${port}` };
}

prove('Apache', {
  keys: false,
  tellsScope: false,
  underscores: false,
  async start(world, port) {
    const directory = folder();
    chmodSync(directory, 0o777);
    const [documentedPart] = documented('apache', 'apache', world, port);
    const tls = await startTls(directory, world);
    const { client_id: id, client_secret: secret } = world.introspecting;
    const inside = documentedPart
      .replace('cli_YOURS', id)
      .replace('lks_YOURS', secret)
      .replace('https://login.example.com', tls.url);
    const file = join(directory, 'apache.conf');
    writeFileSync(file, around(directory, `OIDCCABundlePath ${tls.certificate}\n${inside}`));
    return startGateway(directory, port, 'apache2', ['-DFOREGROUND', '-f', file]);
  },
});
