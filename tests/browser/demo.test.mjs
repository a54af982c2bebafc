// `latchkey demo`, clicked through as a person does who has just typed it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { binary } from '../clients/program.mjs';
import { violations } from './axe.mjs';
import { launch, press, shows, signIn, visit } from './world.mjs';

let demo;
let told;
let world;

before(async () => {
  demo = spawn(binary, ['demo', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  demo.unref();
  process.on('exit', () => demo.kill('SIGKILL'));
  told = await firstDocument(demo.stdout);
  world = { browser: await launch() };
});

after(async () => {
  await world.browser.close();
  const ended = new Promise((done) => demo.once('exit', (code, signal) => done(code ?? signal)));
  demo.ref();
  demo.kill('SIGINT');
  assert.equal(await ended, 0, 'Ctrl-C stops the demo');
});

/** The demo goes on after it has printed its one JSON document. */
async function firstDocument(output) {
  let text = '';
  for await (const piece of output.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += piece;
    try {
      return JSON.parse(text);
    } catch {
      // The rest is still to come.
    }
  }
  throw new Error(`the demo ended after printing: ${text}`);
}

/** The titles of the steps that the third-party app has told so far. */
const steps = (page) => page.locator('.story h2').allInnerTexts();

test('the third-party app says so when it is denied', async () => {
  await visit(world, async (page) => {
    await page.goto(told.third_party_app);
    assert.deepEqual(await violations(page), []);
    await press(page, 'Connect to Latchkey');
    await signIn(page, told.users[0]);
    await press(page, 'Deny');
    await page.locator('.story > .failed').waitFor();
    assert.ok(page.url().startsWith(told.third_party_app));
  });
});

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript';

  test(`the third-party app tells its whole story, ${how}`, async () => {
    // Each person once, since a consent that was given is not asked for again.
    const person = told.users[javaScript ? 0 : 1];
    await visit(world, async (page) => {
      await page.goto(told.third_party_app);
      await page.getByLabel('Also ask to add notes').check();
      await press(page, 'Connect to Latchkey');
      await signIn(page, person);
      await press(page, 'Allow');
      await page.waitForURL((url) => url.href.startsWith(told.third_party_app));
      assert.equal(await page.locator('.story .failed').count(), 0, await page.locator('.story').innerText());

      for (const step of ['Read the notes again', 'Add a note', 'Refresh the token']) {
        const before = (await steps(page)).length;
        await press(page, step);
        await page.locator('.story > li').nth(before).waitFor();
        assert.equal(await page.locator('.story > .failed').count(), 0, await page.locator('.story').innerText());
      }
      await press(page, 'Revoke');
      await page.getByRole('heading', { name: 'Revoking the refresh token' }).waitFor();
      await press(page, 'Read the notes again');
      await page.locator('.story > .failed').waitFor();
      if (javaScript) assert.deepEqual(await violations(page), []);
      assert.match(await page.locator('.story > .failed').innerText(), /401|invalid_token/);
    }, { javaScript });
  });
}

test('the single-page app signs in, calls, refreshes and signs out', async () => {
  const [person] = told.users;
  await visit(world, async (page) => {
    await page.goto(told.single_page_app);
    assert.deepEqual(await violations(page), []);
    await signIn(page, person);
    await page.getByRole('heading', { name: `Notes of ${person.username}` }).waitFor();

    await page.getByLabel('New note').fill('Bring the umbrella');
    await press(page, 'Add a note');
    await page.getByRole('listitem').filter({ hasText: /^Bring the umbrella$/ }).waitFor();
    await press(page, 'Refresh the token');
    await page.getByRole('status').filter({ hasText: 'The tokens are new.' }).waitFor();
    await press(page, 'Read the notes');
    await page.getByRole('status').filter({ hasText: 'These are your notes.' }).waitFor();

    assert.deepEqual(await violations(page), []);

    await page.reload();
    await page.getByRole('status').filter({ hasText: 'Welcome back.' }).waitFor();
    await press(page, 'Sign out');
    await shows(page, 'Sign in');
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  });
});

test('the sample API says how to call it', async () => {
  await visit(world, async (page) => {
    await page.goto(told.sample_api);
    assert.deepEqual(await violations(page), []);
    assert.ok((await page.locator('main').innerText()).includes(`curl -i ${told.sample_api}/notes`));
  });
});
