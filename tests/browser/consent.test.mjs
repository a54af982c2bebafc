// What a person decides about an app, with JavaScript on and off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authorizeUrl, backAt, person, press, shows, signIn, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`a person who allows goes back with a code, ${how}`, async () => {
    const client = world.addWebApp(`Notes ${how}`);
    await visit(world, async (page) => {
      await page.goto(authorizeUrl(world, client, { scope: 'notes.read notes.write' }));
      await signIn(page);
      await shows(page, 'Deny');
      const words = await page.locator('main').innerText();
      for (const told of [client.client_name, person.username, 'Read your notes', 'Change and delete your notes']) {
        assert.ok(words.includes(told), `the consent page says ${told}: ${words}`);
      }
      await press(page, 'Allow');
      const { code, state, iss, ...rest } = await backAt(page, world.app.redirectUri);
      assert.match(code, /^lkc_/);
      assert.equal(state, 'kept as it is');
      assert.equal(iss, world.issuer);
      assert.deepEqual(rest, {});
    }, { javaScript });
  });

  test(`a person who denies goes back with access_denied, ${how}`, async () => {
    const client = world.addWebApp(`Unwanted ${how}`);
    await visit(world, async (page) => {
      await page.goto(authorizeUrl(world, client));
      await signIn(page);
      await press(page, 'Deny');
      const { error, state, iss, code } = await backAt(page, world.app.redirectUri);
      assert.deepEqual({ error, state, iss, code }, {
        error: 'access_denied', state: 'kept as it is', iss: world.issuer, code: undefined,
      });
    }, { javaScript });
  });
}

test('who double-clicks on Allow on a slow line is back at the app', async () => {
  const client = world.addWebApp('Hasty');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await shows(page, 'Allow');
    const line = await page.context().newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 100, downloadThroughput: -1, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Allow' }).dblclick({ delay: 30 });
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  }, { javaScript: true });
});

test('consent is remembered until the app asks for more', async () => {
  const client = world.addWebApp('Remembered');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    const first = await backAt(page, world.app.redirectUri);

    await page.goto(authorizeUrl(world, client));
    const second = await backAt(page, world.app.redirectUri);
    assert.ok(second.code && second.code !== first.code);

    await page.goto(authorizeUrl(world, client, { scope: 'notes.read notes.write' }));
    await shows(page, 'Allow');
  });
});

test('a person who denied is asked again', async () => {
  const client = world.addWebApp('Second thoughts');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Deny');
    await backAt(page, world.app.redirectUri);
    await page.goto(authorizeUrl(world, client));
    await shows(page, 'Allow');
  });
});

test('an app of the makers asks for no consent', async () => {
  const client = world.addWebApp('By the makers', '--first-party');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('a native app asks every time', async () => {
  const client = world.addNativeApp('On the desk', world.app.redirectUri);
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
    await page.goto(authorizeUrl(world, client));
    await shows(page, 'Allow');
  });
});

test('going back after allowing cannot allow a second time', async () => {
  const client = world.addWebApp('Only once');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Allow');
    await backAt(page, world.app.redirectUri);
    await page.goBack();
    const again = page.getByRole('button', { name: 'Allow', exact: true });
    if (await again.isVisible()) await again.click();
    await page.waitForLoadState();
    assert.ok(page.url().startsWith(world.issuer), 'the person stays at the server, which explains');
    assert.match(await page.locator('main').innerText(), /again/i);
  });
});
