// TLS in front of the running program, as a proxy on its machine gives it: a certificate of its own for one
// day, requests passed on as they come.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';

/** A key and a certificate for 127.0.0.1 of its own, as files in `directory`. */
export function makeCertificate(directory) {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { key, certificate };
}

/** Listens on a free loopback port in front of `port`; the files are kept in `directory`. */
export async function startTls(directory, port) {
  const { key, certificate } = makeCertificate(directory);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (got, answer) => {
    const { method, url: path, headers } = got;
    const passedOn = request({ port, host: '127.0.0.1', method, path, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    passedOn.on('error', () => answer.destroy());
    got.pipe(passedOn);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return { certificate, port: server.address().port };
}
