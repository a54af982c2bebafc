// nginx with auth_request, as docs/gateways/nginx.md configures it.
import { documented, startNginx } from './gateway.mjs';
import { prove } from './proofs.mjs';

prove('nginx', {
  tellsScope: false,
  start: (world, port) => startNginx(port, documented('nginx', 'nginx', world, port)[0]),
});
