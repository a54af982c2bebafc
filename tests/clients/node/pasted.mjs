// What a developer does with a sample from a client's page: pastes it into a file and runs that.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const olderNode = new URL('older_node.mjs', import.meta.url).href;

/**
 * Runs a program with variables of the environment. Where it prints an address and waits, `answer` says what
 * is typed. Gives what it printed besides.
 */
async function run(program, words, { variables = {}, answer } = {}) {
  const child = spawn(program, words, { env: { ...process.env, ...variables } });
  let [printed, complaints] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const ended = new Promise((done, failed) => child.on('error', failed).on('close', done));
  for await (const line of createInterface({ input: child.stdout })) {
    if (answer && /^https?:/.test(line)) child.stdin.end(`${await answer(new URL(line))}\n`);
    else printed += `${line}\n`;
  }
  assert.equal(await ended, 0, `${program}: ${printed}${complaints}`);
  return printed;
}

/** A file with the sample in a folder of its own, from which the client libraries are found. */
async function withFile(name, text, use) {
  const folder = mkdtempSync(join(tmpdir(), 'pasted-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  const file = join(folder, name);
  writeFileSync(file, text);
  try {
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a sample of curl; gives the JSON that curl printed. */
export function runShell(text, options) {
  // Without what curl says of its progress, and with an end for HTTP errors too.
  const settings = 'set -eu\ncurl() { command curl -sS --fail-with-body "$@"; }\n';
  return withFile('sample.sh', settings + text, async (file) => JSON.parse(await run('sh', [file], options)));
}

/** Runs a sample of openid-client with some variables, and gives one of its own. */
export function runNode(text, wanted, { variables = {}, answer } = {}) {
  const given = Object.entries(variables).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  // Between the two parts a browser goes to `url` and comes back, with `returned` in its address bar.
  const parts = text.split('// At the redirect URI');
  assert.equal(parts.length, answer ? 2 : 1, text);
  const between = `console.log(url.href);
import { createInterface } from 'node:readline/promises';
const returned = await createInterface({ input: process.stdin }).question('');
process.stdin.destroy();
//`;
  const whole = `import ${JSON.stringify(olderNode)};\n${given.join('')}${parts.join(between)}
console.log(JSON.stringify(${wanted}));\n`;
  return withFile('sample.mjs', whole, async (file) => JSON.parse(await run(process.execPath, [file], { answer })));
}
