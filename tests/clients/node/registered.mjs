// Clients that an administrator registers on the pages, each with the page that shows its secret and what to paste.
import { Person } from './person.mjs';

/** What the form of each kind is given; the default scopes are ticked by themselves. */
const FORMS = {
  web: { kind: 'web', 'Redirect URIs': 'https://notes.example/callback' },
  queried: { kind: 'web', 'Redirect URIs': 'https://notes.example/callback?from=latchkey&to=it\'s' },
  native: { kind: 'native', 'Redirect URIs': 'http://127.0.0.1/callback' },
  page: { kind: 'single-page', 'Redirect URIs': 'https://notes.example/app' },
  password: { kind: 'web', 'First-party': 'yes', 'Password grant': 'password' },
  service: { kind: 'service' },
  api: { kind: 'resource-server' },
};

/** Registers one of each kind; `issuer` has the pages. */
export async function register(issuer, administrator) {
  const pages = {};
  for (const [name, { kind, ...fields }] of Object.entries(FORMS)) {
    const grace = new Person(administrator);
    await grace.open(`${issuer}/login`);
    await grace.press('Sign in', { Username: grace.username, Password: grace.password });
    await grace.open(`${issuer}/admin/clients/new?kind=${kind}`);
    // Signs and letters that a shell, a string or YAML could take for its own.
    await grace.press('Register client', { Name: `It's "${name}" $HOME: #1`, ...fields });
    pages[name] = grace;
  }
  return pages;
}
