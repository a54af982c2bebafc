// What a person does on their own page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { authorizeUrl, backAt, press, shows, signIn, startWorld, visit } from './world.mjs';

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

async function signedIn(page, who) {
  await page.goto(`${world.issuer}/login`);
  await signIn(page, who);
  await page.waitForURL(`${world.issuer}/account`);
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`a person disconnects an app, which has to ask again, ${how}`, async () => {
    const client = world.addWebApp(`Taken back ${how}`);
    await visit(world, async (page) => {
      await page.goto(authorizeUrl(world, client));
      await signIn(page);
      await press(page, 'Allow');
      await backAt(page, world.app.redirectUri);

      await page.goto(`${world.issuer}/account`);
      const row = page.locator('#apps li').filter({ hasText: client.client_name });
      await row.getByRole('button', { name: 'Disconnect' }).click();
      await page.getByRole('status').waitFor();
      assert.equal(await row.count(), 0);

      await page.goto(authorizeUrl(world, client));
      await shows(page, 'Allow');
    }, { javaScript });
  });

  test(`a person signs another browser out, ${how}`, async () => {
    const who = { username: `Elsewhere ${javaScript}`, password: 'a password that is long enough' };
    world.addUser(who.username, who.password);
    await visit(world, async (other) => {
      await signedIn(other, who);
      await visit(world, async (page) => {
        await signedIn(page, who);
        const sessions = page.locator('#sessions li');
        assert.equal(await sessions.count(), 2);
        await sessions.filter({ hasNotText: 'This browser' }).getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('status').filter({ hasText: /was signed out\.$/ }).waitFor();
        assert.equal(await sessions.count(), 1);
        await sessions.getByText('This browser').waitFor();
      }, { javaScript });
      await other.goto(`${world.issuer}/account`);
      await shows(other, 'Sign in');
    }, { javaScript });
  });

  test(`a changed password is the one that counts, and other browsers are signed out, ${how}`, async () => {
    const old = { username: `Changing ${javaScript}`, password: 'the password of yesterday' };
    const changed = { ...old, password: 'the password of tomorrow' };
    world.addUser(old.username, old.password);
    await visit(world, async (other) => {
      await signedIn(other, old);
      await visit(world, async (page) => {
        await signedIn(page, old);
        await page.getByLabel('Current password', { exact: true }).fill(old.password);
        await page.getByLabel('New password', { exact: true }).fill(changed.password);
        await page.getByLabel('Repeat new password', { exact: true }).fill(changed.password);
        await press(page, 'Change password');
        await page.getByRole('status').waitFor();
      }, { javaScript });
      await other.goto(`${world.issuer}/account`);
      await shows(other, 'Sign in');
      await signIn(other, old);
      await other.getByRole('alert').waitFor();
      await signIn(other, changed);
      await other.waitForURL(`${world.issuer}/account`);
    }, { javaScript });
  });
}

test('the chosen theme is kept', async () => {
  await visit(world, async (page) => {
    await signedIn(page);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByLabel('Dark', { exact: true }).check();
    await press(page, 'Save theme');
    await page.waitForLoadState();
    const dark = await background();
    assert.notEqual(dark, light);
    await page.goto(`${world.issuer}/logout`);
    assert.equal(await background(), dark);
  }, { colorScheme: 'light' });
});
