// The running program: started on a free loopback port with a fresh database in a temporary
// directory, worked through its command line, and stopped again. Used by tests/clients and tests/browser.
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const binary =
  process.env.PROGRAM_UNDER_TEST ??
  ['release', 'debug'].map((profile) => join(root, 'target', profile, 'latchkey')).find(existsSync) ??
  'target/release/latchkey (run `cargo build --release` first)';

/** A loopback port that nothing listens on; none of those that the system gives to whoever connects meanwhile. */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const free = await new Promise((done) => {
      server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
    });
    if (!free) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}

/** Starts `latchkey serve` and waits until it is ready. */
export async function startProgram(settings = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-'));
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const log = join(directory, 'log');
  const options = {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      LATCHKEY_LISTEN: `127.0.0.1:${port}`,
      LATCHKEY_DATABASE_URL: `sqlite://${join(directory, 'latchkey.db')}`,
      ...settings,
    },
  };

  const logFile = openSync(log, 'w');
  const server = spawn(binary, ['serve'], { ...options, stdio: ['ignore', logFile, logFile] });
  closeSync(logFile);
  // A test that fails before it stops the program shall neither wait for it nor leave it behind.
  server.unref();
  process.on('exit', () => server.kill('SIGKILL'));
  const ended = new Promise((done) => {
    server.on('exit', (code, signal) => done(code ?? signal));
    server.on('error', (error) => done(error.message));
  });
  const written = () => readFileSync(log, 'utf8');
  await ready(`${issuer}/readyz`, ended, written);

  /** Runs one command against the same database; returns what it printed. */
  const command = (words, input = '') =>
    execFileSync(binary, words, { ...options, input, encoding: 'utf8', stdio: 'pipe' });

  return {
    issuer,
    log: written,
    command,
    // For tests in other processes: how to run a command against the same database.
    run: { binary, cwd: options.cwd, env: options.env },
    addScope: (name, description, ...flags) =>
      command(['scope', 'add', name, '--description', description, ...flags]),
    addUser: (name, password, ...flags) =>
      command(['user', 'add', name, '--email', 'person@example.com', '--password-stdin', ...flags], `${password}\n`),
    addClient: (name, ...flags) => JSON.parse(command(['client', 'add', '--json', '--name', name, ...flags])),
    async stop() {
      server.ref();
      server.kill('SIGTERM');
      const status = await ended;
      const text = written();
      rmSync(directory, { recursive: true, force: true });
      const fault = faultOf(status, text);
      if (fault) throw new Error(`${fault}\n${text}`);
    },
  };
}

/** Waits until `url` answers 200; fails with the log if the program ends before that. */
export async function ready(url, ended, written) {
  let over;
  ended.then((status) => {
    over = status;
  });
  for (let tries = 0; tries < 2400; tries += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (over !== undefined) throw new Error(`${binary} ended with ${over} before it was ready:\n${written()}`);
    await pause(50);
  }
  throw new Error(`${url} did not answer within two minutes:\n${written()}`);
}

/** What a whole run's log must never show: a panic, a failure, a secret. */
function faultOf(status, text) {
  if (status !== 0) return `the program ended with ${status} after SIGTERM`;
  if (/panicked at/.test(text)) return 'the program panicked';
  if (/\blk[arcpks]_[0-9A-Za-z]{20}/.test(text)) return 'the log holds a token, a code or a secret';
  if (/\beyJ[\w-]+\.[\w-]+\.[\w-]+/.test(text)) return 'the log holds a signed token';
  return undefined;
}
