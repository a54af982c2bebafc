// A picture of a page as a PNG with a palette: a page has few colours, and the file is a third as large when
// each pixel only says which. The decoder is the browser's.
import { deflateSync } from 'node:zlib';

const COLOURS = 256;

/** The same picture; where it has more colours, the rarest become the nearest of the others. */
export async function inPalette(browser, png) {
  const { width, height, rgba } = await pixels(browser, png);
  const colours = new Uint32Array(width * height);
  const counts = new Map();
  for (let at = 0; at < colours.length; at += 1) {
    const colour = (rgba[4 * at] << 16) | (rgba[4 * at + 1] << 8) | rgba[4 * at + 2];
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const kept = [...counts].sort(([, one], [, other]) => other - one).slice(0, COLOURS).map(([colour]) => colour);
  const numbers = new Map(kept.map((colour, number) => [colour, number]));
  // Each row begins with its filter, which is none.
  const rows = Buffer.alloc((width + 1) * height);
  for (let at = 0; at < colours.length; at += 1) {
    const colour = colours[at];
    if (!numbers.has(colour)) numbers.set(colour, nearest(kept, colour));
    rows[at + Math.floor(at / width) + 1] = numbers.get(colour);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, of a palette.
  head.set([8, 3, 0, 0, 0], 8);
  const palette = Buffer.from(kept.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

async function pixels(browser, png) {
  const page = await browser.newPage();
  const read = async (base64) => {
    const picture = await fetch(`data:image/png;base64,${base64}`);
    const bitmap = await createImageBitmap(await picture.blob());
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const bytes = canvas.getImageData(0, 0, width, height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return { width, height, base64: btoa(text) };
  };
  const { width, height, base64 } = await page.evaluate(read, png.toString('base64'));
  await page.close();
  return { width, height, rgba: Buffer.from(base64, 'base64') };
}

function nearest(kept, colour) {
  const parts = (own) => [own >> 16, (own >> 8) & 255, own & 255];
  const wanted = parts(colour);
  const distance = (own) => parts(own).reduce((sum, part, at) => sum + (part - wanted[at]) ** 2, 0);
  return kept.reduce((best, own, number) => (distance(own) < distance(kept[best]) ? number : best), 0);
}

/** Length, kind, content, CRC-32 of the last two. */
function chunk(kind, content) {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
