// How a page looks: no violation that axe-core finds, no sideways scrolling, no word of a table cut in two, no
// label of a card without anything beside it, in light and dark, narrow and wide. The pictures are in tests/browser/screenshots, for eyes.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { violations } from './axe.mjs';
import { visit } from './world.mjs';

const pictures = fileURLToPath(new URL('screenshots', import.meta.url));
mkdirSync(pictures, { recursive: true });
// 640 pixels is what a window of 1280 has left at a zoom of 200 %.
const WIDTHS = { narrow: 360, zoomed: 640, wide: 1280 };
// Where tables, cards and the navigation beside them change, and what tablets have: for the room alone.
const BETWEEN = [641, 700, 768, 899, 900, 1000, 1080];
// Text is a link wherever it stands, but these stand alone: as high as a finger is wide.
const TARGETS = '.button, .bar a, .rail a, .sections a, .crumbs a, .tiles a, .link, summary';

async function scrollsNotSideways(page, width) {
  await page.setViewportSize({ width, height: 800 });
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} pixels of page in a window of ${width}`);
}

/** The targets that are lower than 40 pixels. */
const lowTargets = (page) =>
  page.locator(TARGETS).evaluateAll((all) =>
    all
      .filter((one) => one.checkVisibility())
      .map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])
      .filter(([, height]) => height < 39.5),
  );

/** The ordinary words of tables and badges that stand on two lines; names and code may be cut where they are long. */
export const splitWords = (page) =>
  page.locator('td, th, .badge').evaluateAll((all) => {
    const texts = all.flatMap((one) => [...one.childNodes].flatMap(function inside(node) {
      if (node.nodeType === Node.TEXT_NODE) return [node];
      return node.matches?.('bdi, code, pre') ? [] : [...node.childNodes].flatMap(inside);
    }));
    return [...new Set(texts)].flatMap((text) => {
      const words = [...text.data.matchAll(/(?<!\S)[\p{L}\p{N}]{2,14}(?!\S)/gu)];
      const split = words.filter(({ 0: word, index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
      });
      return split.map(([word]) => `${word} in: ${text.data.trim()}`);
    });
  });

/** The cells that would be a line with nothing on it; on a card that line has a label. */
const emptyCells = (page) =>
  page.locator('td').evaluateAll((all) =>
    all.filter((one) => one.checkVisibility() && !one.textContent.trim()).map((one) => one.dataset.label));

async function hasRoom(page, width) {
  await scrollsNotSideways(page, width);
  assert.deepEqual(await splitWords(page), [], `${width} pixels`);
}

/** A test that looks at the page which `open` brings a fresh browser to. */
export function looks(world, name, open) {
  test(`${name}: accessible, without sideways scrolling and with whole words, in light and dark`, async () => {
    await visit(world(), async (page) => {
      await open(page);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const [size, width] of Object.entries(WIDTHS)) {
          await hasRoom(page, width);
          const picture = `${name}-${size}-${colorScheme}.png`.replaceAll(' ', '_');
          await page.screenshot({ path: `${pictures}/${picture}`, fullPage: true });
          // What axe looks at changes with the width or with the colours, not with both.
          if (size === 'narrow') assert.deepEqual(await emptyCells(page), []);
          if (colorScheme === 'light' || size === 'wide') {
            assert.deepEqual(await violations(page), [], `${colorScheme}, ${size}`);
          }
        }
      }
      for (const width of BETWEEN) await hasRoom(page, width);
      assert.deepEqual(await lowTargets(page), []);
    });
  });
}
