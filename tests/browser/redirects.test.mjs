// Chromium applies a page's form-action to every redirect that follows its form: the way back to an app
// must be open wherever the app lives, and whichever page's form comes last.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authorizeUrl, backAt, press, signIn, startApp, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

test('the consent form may end at an app on another port', async () => {
  const client = world.addWebApp('Other port');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('the sign-in form may end at an app whose consent is remembered', async () => {
  const client = world.addWebApp('Known app');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
  });
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('a person who mistypes the password still gets back to the app', async () => {
  const client = world.addWebApp('Known to the makers', '--first-party');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page, { username: 'Ada', password: 'mistyped' });
    await signIn(page);
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('a native app gets its code through its own scheme', async () => {
  const redirectUri = 'com.example.app:/cb';
  const client = world.addNativeApp('Own scheme', redirectUri);
  for (const answer of ['Allow', 'Deny']) {
    await visit(world, async (page) => {
      await page.goto(authorizeUrl(world, client));
      await signIn(page);
      const attempt = page.waitForRequest((request) => request.url().startsWith(redirectUri));
      // No program is registered for the scheme here: the browser tries, and stays where it is.
      await page.getByRole('button', { name: answer, exact: true }).click({ noWaitAfter: true });
      const parameters = new URL((await attempt).url()).searchParams;
      if (answer === 'Allow') assert.match(parameters.get('code'), /^lkc_/);
      else assert.equal(parameters.get('error'), 'access_denied');
    });
  }
});

test('a native app gets its code on an IPv6 loopback port of its choice', async (context) => {
  const app = await startApp('::1').catch(() => undefined);
  if (!app) return context.diagnostic('this machine has no IPv6 loopback address');
  const client = world.addNativeApp('On IPv6', 'http://[::1]/callback');
  try {
    await visit(world, async (page) => {
      await page.goto(authorizeUrl(world, client, { redirectUri: app.redirectUri }));
      await signIn(page);
      await press(page, 'Allow');
      assert.match((await backAt(page, app.redirectUri)).code, /^lkc_/);
    });
  } finally {
    app.close();
  }
});

test('a pop-up that signs in comes back to the page that opened it', async () => {
  const client = world.addWebApp('In a pop-up');
  await visit(world, async (page) => {
    await page.goto(new URL('/', world.app.redirectUri).href);
    const opened = page.waitForEvent('popup');
    await page.evaluate((url) => void window.open(url, 'sign-in', 'popup'), authorizeUrl(world, client));
    const popup = await opened;
    await signIn(popup);
    await press(popup, 'Allow');
    await backAt(popup, world.app.redirectUri);
    assert.equal(await popup.evaluate(() => window.opener !== null), true);
  });
  // The signed-in areas let nobody hold on to their window.
  await visit(world, async (page) => {
    await page.goto(new URL('/', world.app.redirectUri).href);
    const opened = page.waitForEvent('popup');
    await page.evaluate((url) => void window.open(url, 'account', 'popup'), `${world.issuer}/account`);
    const popup = await opened;
    await signIn(popup);
    await popup.waitForURL(`${world.issuer}/account`);
    assert.equal(await popup.evaluate(() => window.opener), null);
  });
});

test('an unregistered address gets an error page, never a redirect', async () => {
  const client = world.addWebApp('Careful');
  await visit(world, async (page) => {
    const answer = await page.goto(authorizeUrl(world, client, { redirectUri: 'https://elsewhere.example/' }));
    assert.equal(answer.status(), 400);
    assert.ok(page.url().startsWith(world.issuer));
  });
});
