// nginx with auth_request, as docs/gateways/nginx.md configures it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documented, folder, startGateway } from './gateway.mjs';
import { prove } from './proofs.mjs';

/** What a distribution's own configuration holds around the documented part. */
const around = (directory, inside) => `
daemon off;
master_process off;
pid ${directory}/pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
${inside}
}
`;

prove('nginx', {
  tellsScope: false,
  start(world, port) {
    const directory = folder();
    const [inside] = documented('nginx', 'nginx', world, port);
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, around(directory, inside));
    return startGateway(directory, port, 'nginx', ['-p', directory, '-c', file, '-e', 'stderr']);
  },
});
