// nginx with auth_request, as docs/gateways/nginx.md configures it.
import { below, documented, startNginx } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('nginx', {
  tellsScope: false,
  start(world, port, { browsers, tls }) {
    let [inside, more] = documented('nginx', 'nginx', world, port);
    if (browsers) inside = below(inside, 'listen ', more);
    const certificate = ` ssl;\nssl_certificate ${tls?.certificate};\nssl_certificate_key ${tls?.key};`;
    if (tls) inside = inside.replace(/(?<=listen [\d.:]+);/, certificate);
    return startNginx(port, inside);
  },
});
