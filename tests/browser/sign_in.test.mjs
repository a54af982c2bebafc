// Signing in and out, with JavaScript on and off and with the keyboard alone.
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

  test(`a person signs in, sees the account and signs out, ${how}`, async () => {
    await visit(world, async (page) => {
      await page.goto(`${world.issuer}/login`);
      await signIn(page);
      await page.waitForURL(`${world.issuer}/account`);
      assert.ok((await page.locator('body').innerText()).includes(person.username));

      await page.goto(`${world.issuer}/logout`);
      await press(page, 'Sign out');
      await page.waitForLoadState();
      await page.goto(`${world.issuer}/account`);
      await shows(page, 'Sign in');
    }, { javaScript });
  });

  test(`a wrong password shows an error and keeps the user name, ${how}`, async () => {
    await visit(world, async (page) => {
      await page.goto(`${world.issuer}/login`);
      await signIn(page, { username: person.username, password: 'wrong' });
      await page.getByRole('alert').waitFor();
      const wrongPassword = await page.getByRole('alert').innerText();
      assert.equal(await page.getByLabel('Username', { exact: true }).inputValue(), person.username);
      assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');

      await signIn(page, { username: 'nobody of that name', password: 'wrong' });
      await page.getByRole('alert').waitFor();
      assert.equal(await page.getByRole('alert').innerText(), wrongPassword, 'the words do not tell who exists');
    }, { javaScript });
  });
}

test('the keyboard alone signs in and allows', async () => {
  const client = world.addWebApp('By keyboard');
  await visit(world, async (page) => {
    const { keyboard } = page;
    const tabTo = async (target) => {
      for (let stops = 0; stops < 20; stops += 1) {
        if (await target.evaluate((element) => element === document.activeElement)) return;
        await keyboard.press('Tab');
      }
      assert.fail(`the Tab key does not reach ${target}`);
    };

    await page.goto(authorizeUrl(world, client));
    await tabTo(page.getByLabel('Username', { exact: true }));
    await keyboard.type(person.username);
    await tabTo(page.getByLabel('Password', { exact: true }));
    await keyboard.type(person.password);
    await keyboard.press('Enter');

    await shows(page, 'Allow');
    await tabTo(page.getByRole('button', { name: 'Allow', exact: true }));
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(ring, 'none', 'what is focused is marked');
    await keyboard.press('Enter');
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('somebody else at the browser signs in instead, and the app goes on with them', async () => {
  const other = { username: 'Charles', password: 'a password that is long enough' };
  world.addUser(other.username, other.password);
  const client = world.addWebApp('For somebody else');
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await signIn(page);
    await press(page, 'Not you?');
    await signIn(page, other);
    await shows(page, 'Allow');
    assert.ok((await page.locator('main').innerText()).includes(other.username));
    await press(page, 'Allow');
    assert.match((await backAt(page, world.app.redirectUri)).code, /^lkc_/);
  });
});

test('password managers are told which field is which', async () => {
  await visit(world, async (page) => {
    await page.goto(`${world.issuer}/login`);
    assert.equal(await page.getByLabel('Username', { exact: true }).getAttribute('autocomplete'), 'username');
    assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete'), 'current-password');
  });
});

test('another browser cannot take over a pending request', async () => {
  const client = world.addWebApp('Tied to one browser');
  let pending;
  await visit(world, async (page) => {
    await page.goto(authorizeUrl(world, client));
    await shows(page, 'Sign in');
    pending = page.url();
    await signIn(page);
    await shows(page, 'Allow');
  });
  await visit(world, async (page) => {
    const answer = await page.goto(pending);
    assert.ok(answer.status() < 500);
    if (await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible()) await signIn(page);
    await page.waitForLoadState();
    assert.equal(await page.getByRole('button', { name: 'Allow', exact: true }).count(), 0);
    assert.ok(page.url().startsWith(world.issuer));
  });
});
