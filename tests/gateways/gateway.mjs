// A gateway as its page in docs/gateways configures it: the tests run what readers paste, with other ports.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The blocks of a page that are marked with a language, with the ports of a world in them. */
export function documented(page, language, world, port) {
  const text = readFileSync(new URL(`../../docs/gateways/${page}.md`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, own]) => own === language);
  if (blocks.length === 0) throw new Error(`${page}.md has no block of ${language}`);
  const replaced = { 8080: world.latchkeyPort, 3000: world.api.port, 8000: port };
  return blocks.map(([, , block]) =>
    block.replace(/127\.0\.0\.1:(8080|3000|8000)\b/g, (_, own) => `127.0.0.1:${replaced[own]}`),
  );
}

/** `block` with `more` below its first line that holds `text`, as a page says where to put what it adds. */
export function below(block, text, more) {
  const lines = block.split('\n');
  const at = lines.findIndex((line) => line.includes(text));
  if (at < 0) throw new Error(`nothing holds ${text}:\n${block}`);
  return lines.toSpliced(at + 1, 0, more).join('\n');
}

/** A folder of a gateway's own. Below /tmp and open to the users that gateways change to. */
export function folder() {
  return mkdtempSync(join(tmpdir(), 'gateway-'));
}

/** Runs a gateway in the foreground and waits until it listens. */
export async function startGateway(directory, port, program, words, variables = {}) {
  let log = '';
  // Debian keeps servers where only root looks for programs.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...variables };
  const child = spawn(program, words, { cwd: directory, env });
  for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', (text) => (log += text));
  process.on('exit', () => child.kill('SIGKILL'));
  let ended;
  const end = new Promise((done) => {
    child.on('exit', (code, signal) => done((ended = `${code ?? signal}`)));
    child.on('error', (error) => done((ended = error.message)));
  });
  for (let tries = 0; !(await listens(port)); tries += 1) {
    if (ended !== undefined || tries > 2400) throw new Error(`${program} does not start (${ended}):\n${log}`);
    await pause(50);
  }
  return {
    port,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([end, pause(5000).then(() => child.kill('SIGKILL'))]);
      await end;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a distribution's own configuration of nginx holds around a part of it. */
const aroundNginx = (directory, inside) => `
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

/** nginx with what stands within its `http { … }`. */
export function startNginx(port, inside) {
  const directory = folder();
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, aroundNginx(directory, inside));
  return startGateway(directory, port, 'nginx', ['-p', directory, '-c', file, '-e', 'stderr']);
}

function listens(port) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => done(true)).on('error', () => done(false));
    socket.on('connect', () => socket.destroy());
  });
}
