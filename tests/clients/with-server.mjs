// Starts the program with the people, scopes and clients that the tests of this folder use, and runs
// the command that is given with all of that as JSON in LATCHKEY_WORLD:
//   node tests/clients/with-server.mjs tests/.venv/bin/pytest tests/clients/python
import { spawn } from 'node:child_process';
import { startProgram } from './program.mjs';

const [command, ...words] = process.argv.slice(2);
const program = await startProgram();

program.addScope('notes.read', 'Read your notes', '--default');
program.addScope('notes.write', 'Change your notes', '--default');
// Letters and signs that have to survive form encoding on the way.
const person = { username: 'Zoë Kovács', password: 'correct horse + 50% & "more" é' };
program.addUser(person.username, person.password);
const administrator = { username: 'Grace', password: 'nanoseconds are this long' };
program.addUser(administrator.username, administrator.password, '--role', 'admin');

const bothScopes = ['--scope', 'notes.read', '--scope', 'notes.write'];
const clients = {
  // For one test alone: a consent that another had given would be remembered.
  recorded_app: program.addClient('Notes on the web', '--redirect-uri', 'https://notes.example/callback', ...bothScopes),
  web_app: program.addClient('Notes in the office', '--redirect-uri', 'https://notes.example/callback', ...bothScopes),
  native_app: program.addClient('Notes on the desk', '--public', '--redirect-uri', 'http://127.0.0.1/callback', ...bothScopes),
  first_party_app: program.addClient(
    'Notes by the makers', '--first-party', '--grant', 'password', '--grant', 'refresh_token', ...bothScopes),
  machine: program.addClient('Nightly export', '--grant', 'client_credentials', '--scope', 'notes.read'),
  // Their access tokens are signed: whoever gets one verifies it without asking.
  signed_app: program.addClient(
    'Notes elsewhere', '--redirect-uri', 'https://notes.example/callback', '--token-format', 'jwt', ...bothScopes),
  signed_machine: program.addClient('Nightly import', '--token-format', 'jwt', '--scope', 'notes.read'),
  api: program.addClient('Notes API', '--resource-server'),
};

const world = { issuer: program.issuer, person, administrator, clients, run: program.run };
const run = spawn(command, words, {
  stdio: 'inherit',
  env: {
    ...process.env,
    LATCHKEY_WORLD: JSON.stringify(world),
    // Both Python libraries refuse plain http, even to a loopback address, until told otherwise.
    OAUTHLIB_INSECURE_TRANSPORT: '1',
    AUTHLIB_INSECURE_TRANSPORT: '1',
  },
});
const status = await new Promise((done) => {
  run.on('exit', (code) => done(code ?? 1));
  run.on('error', (error) => {
    console.error(error.message);
    done(1);
  });
});
await program.stop();
process.exitCode = status;
