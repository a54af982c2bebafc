// The pages of signing in, of consent and of errors: how they look. Those of other areas are looked at in
// the tests of each area.
import { after, before } from 'node:test';
import { looks } from './looks.mjs';
import { authorizeUrl, backAt, press, shows, signIn, startWorld, visit } from './world.mjs';

const LONG = 'ThisNameHasNoSpaces'.repeat(11).slice(0, 200);
const LONG_NAMED = { username: 'W'.repeat(64), password: 'a password that is long enough' };
// Somebody else than in the other pictures, where no app is connected.
const OTHER = { username: 'Charles', password: 'a password that is long enough' };

let world;
let setupLink;
const clients = {};

before(async () => {
  world = await startWorld();
  [setupLink] = world.command(['setup-link']).match(/http\S+/);
  for (const { username, password } of [LONG_NAMED, OTHER]) world.addUser(username, password);
  clients.plain = world.addWebApp('Notes on the web');
  clients.kept = world.addNativeApp('Kept', world.app.redirectUri);
  clients.native = world.addNativeApp('On the desk', world.app.redirectUri);
  clients.long = world.addWebApp(LONG);
  clients.mixed = world.addWebApp('دفتر الملاحظات 📓');
});
after(() => world.stop());

async function consent(page, client, who) {
  await page.goto(authorizeUrl(world, client, { scope: client.client_secret ? 'notes.read notes.write' : 'notes.read' }));
  await signIn(page, who);
  await shows(page, 'Allow');
}

async function signedIn(page, path) {
  await page.goto(`${world.issuer}/login`);
  await signIn(page);
  await page.waitForURL(`${world.issuer}/account`);
  await page.goto(`${world.issuer}${path}`);
}

const PAGES = {
  login: (page) => page.goto(`${world.issuer}/login`),
  'login for an app': (page) => page.goto(authorizeUrl(world, clients.plain)),
  'login refused': async (page) => {
    await page.goto(`${world.issuer}/login`);
    await signIn(page, { username: 'Nobody', password: 'wrong' });
    await page.getByRole('alert').waitFor();
  },
  consent: (page) => consent(page, clients.plain),
  'consent of a native app': (page) => consent(page, clients.native),
  'consent with long names': (page) =>
    consent(page, clients.long, LONG_NAMED),
  'consent with a right-to-left name': (page) => consent(page, clients.mixed),
  account: (page) => signedIn(page, '/account'),
  'account with an app': async (page) => {
    await consent(page, clients.kept, OTHER);
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
    await page.goto(`${world.issuer}/account`);
    await page.locator('summary').first().click();
  },
  'account refusing a password': async (page) => {
    await signedIn(page, '/account');
    await page.getByLabel('Current password', { exact: true }).fill('wrong');
    await page.getByLabel('New password', { exact: true }).fill('a new password that is long enough');
    await page.getByLabel('Repeat new password', { exact: true }).fill('another');
    await press(page, 'Change password');
    await page.locator('[aria-invalid]').first().waitFor();
  },
  logout: (page) => signedIn(page, '/logout'),
  'logout when signed out': (page) => page.goto(`${world.issuer}/logout`),
  setup: (page) => page.goto(setupLink),
  'setup refused': async (page) => {
    await page.goto(setupLink);
    await page.getByLabel('Username', { exact: true }).fill('Grace');
    await page.getByLabel('E-mail', { exact: true }).fill('grace@example.com');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByLabel('Repeat password', { exact: true }).fill('other');
    await press(page, 'Create administrator');
    await page.locator('[aria-invalid]').first().waitFor();
  },
  'setup link used up': (page) => page.goto(`${world.issuer}/setup?token=none`),
  error: (page) => page.goto(`${world.issuer}/oauth/authorize?client_id=unknown`),
  'not found': (page) => page.goto(`${world.issuer}/no/such/page`),
};

for (const [name, open] of Object.entries(PAGES)) looks(() => world, name, open);
