// What outsiders try at a gateway: to be let in where nobody asks, to have the API read another request than the
// one that was checked, and to write or take away what it is told.
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';

/** Addresses of which some readers make another path than others. */
const ambiguous = [
  ...['/notes/../admin/x', '/notes/%2e%2e/admin/x', '/notes/.%2E/admin/x', '/notes/..%2fadmin/x', '/notes%2f..%2Fadmin/x'],
  ...['/notes/..\\admin/x', '/notes/..%5cadmin/x', '/notes\\..\\admin\\x', '/notes/..;/admin/x', '/notes/..;a=b/admin/x'],
  ...['/notes/%252e%252e/admin/x', '/notes/%252e%252e%252fadmin/x', '/notes/x%2f../../admin/x', '/notes/%00%2f../../admin/x'],
  ...['/notes/\\admin/x', '/notes/%5cadmin/x', '/notes//admin/x', '/notes/./admin/x', '/notes/%2e/admin/x', '/notes/%2fadmin'],
  ...['/notes/%3f/../../admin/x', '/notes/#/../../admin/x', '/notes/%23/../../admin/x', '/notes/..%c0%afadmin/x'],
  ...['//notes/admin/x', '///notes/admin/x', '/.//notes/admin/x', '/notes/x/..'],
  ...['/%2fnotes/admin/x', '/\\notes/admin/x', '/%5cnotes/admin/x', '/./admin/x', '//admin/x', '/%61dmin/x', '/%2561dmin/x'],
  ...['/admin/../notes/x', '/admin/%2e%2e/notes/x', '/admin/..%2fnotes/x', '/admin/%2e%2e%2fnotes/x', '/admin/..\\notes/x'],
  ...['/admin;/../notes/x', '/admin/;/../../notes/x', '/admin/%23/../../notes/x', '/admin/..;/notes/x', '/ADMIN/../notes/x'],
  ...['http://127.0.0.1/notes/../admin/x', 'http://127.0.0.1/admin/../notes/x', 'http://127.0.0.1//notes/admin/x'],
];

/** Addresses that nobody can decode. */
const malformed = ['/notes/%zz', '/notes/%', '/notes/1%2', '/notes/%zz/../../admin/x', '/notes/%/../../admin/x'];

/** Addresses that look a little like those, but are what they seem. */
const plain = [
  ...['/notes/a%20b%25', '/notes/a.b/.hidden', '/notes/a;b=1', '/notes/%e2%82%ac', '/notes/a:b@c,d+e'],
  ...['/notes/1?next=/../admin//x', '/notes/1?path=a%2f%2e%2e%5c', '/notes/?%2525=%zz'],
];

const each = (texts, ...ways) => texts.flatMap((text) => [text, ...ways.map((way) => way(text))]);
const decoded = (text) => text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
const asUrl = (text) => (URL.canParse(text, 'http://api') ? new URL(text, 'http://api').pathname : text);

/** The paths that an API may make of an address: decoded, without parameters of segments, resolved, or not. */
function readings(address) {
  let found = [address.replace(/^\w+:\/\/[^/]*/, '').split('?')[0]];
  found = each(found, decoded, (text) => decoded(decoded(text)));
  found = each(found, (text) => text.replaceAll('\\', '/'), (text) => text.replace(/;[^/]*/g, ''));
  return each(found, asUrl, posix.normalize, (text) => asUrl(asUrl(text)));
}

/** Signs that names of headers may have (RFC 9110 §5.6.2) and that some make a `_` of, in a variable of the environment. */
const signs = [..."!#$%&'*+.^_`|~"];

/** Our names in other ways that give the same variable. */
function spellings(name) {
  const [first, ...rest] = name.split('-');
  const mixed = rest.reduce((begun, word) => begun.flatMap((own) => [`${own}-${word}`, `${own}_${word}`]), [first]);
  const others = signs.flatMap((sign) => [name.replaceAll('-', sign), name.replace(/-(?=[^-]+$)/, sign)]);
  return [...mixed, ...others];
}

/** Registers these tests of one gateway with what `prove` has for all of its own. */
export function proveAgainstOutsiders(name, { get, bearer, refused, passed, tells, options, world }) {
  const reading = async () => bearer(await world().machineToken('notes.read'));

  test(`${name}: no method passes without a key`, async () => {
    const preflight = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'MOVE', 'PURGE'];
    for (const method of [...methods, ...(options ? ['OPTIONS'] : [])]) {
      for (const path of ['/notes/1', '/admin/1']) await refused(get(path, preflight, { method }), 401);
    }
    // Some speak neither of these at all.
    for (const method of ['OPTIONS', 'TRACE', 'get', 'NONSENSE']) {
      for (const headers of [preflight, bearer('x')]) {
        await refused(get('/admin/1', headers, { method }), 400, 401, 403, 405);
      }
    }
    const override = { 'x-http-method-override': 'OPTIONS', 'content-length': 0 };
    await refused(get('/admin/1', override, { method: 'POST' }), 401);
  });

  test(`${name}: no way of writing an address reaches what the key is not for`, async () => {
    const headers = await reading();
    for (const path of ambiguous) {
      const { status, told } = await get(path, headers);
      assert.ok(told || status >= 400, `${path}: ${status}`);
      const read = new Set(readings(told?.url ?? '/notes/'));
      assert.equal(read.size, 1, `${path} reached the API as ${told?.url}: ${[...read]}`);
      assert.match([...read][0], /^\/notes\//, path);
    }
    for (const path of malformed) await refused(get(path, headers), 400);
    for (const path of plain) {
      const told = await passed(get(path, headers));
      assert.equal(told.url.replace(/%../g, (digits) => digits.toLowerCase()), path);
    }
  });

  test(`${name}: what an outsider writes into our headers reaches nobody, in no spelling`, async () => {
    await refused(get('/notes/1', Object.fromEntries(tells.map((own) => [own, 'forged']))), 401);
    // A machine has neither name, project nor roles, so there is nothing to overwrite these with.
    const headers = await reading();
    for (const own of tells) {
      for (const spelling of [...spellings(own), own.toUpperCase(), own.toUpperCase().replaceAll('-', '_')]) {
        const { status, told } = await get('/notes/1', { ...headers, [spelling]: ['forged', 'forged'] });
        assert.ok(told || [400, 403].includes(status), `${spelling}: ${status}`);
        if (spelling.toLowerCase() === own) assert.equal(told?.headers['x-auth-subject'], world().machine.client_id);
        assert.ok(!JSON.stringify(told?.headers ?? '').includes('forged'), `${spelling}: ${JSON.stringify(told?.headers)}`);
        for (const empty of ['username', 'project', 'roles']) assert.equal(told?.headers[`x-auth-${empty}`] || '', '');
      }
    }
  });

  test(`${name}: nobody has our headers taken away by naming them in Connection`, async () => {
    const headers = bearer(await world().userToken('notes.read'));
    const ours = async (more) => {
      const { status, told } = await get('/notes/1', { ...headers, ...more });
      return told ? tells.map((own) => told.headers[own] || '') : status;
    };
    const usual = await ours({});
    for (const own of tells) {
      for (const connection of [`close, ${own}`, `${own.toUpperCase()},close`, ['close', own], `keep-alive,\t${own}`]) {
        const told = await ours({ connection });
        if (![400, 403].includes(told)) assert.deepEqual(told, usual, `Connection: ${connection}`);
      }
    }
    assert.deepEqual(await ours({ connection: 'keep-alive' }), usual);
  });

  test(`${name}: nobody gets a tunnel of HTTP/2 to the API`, async () => {
    const headers = { ...(await reading()), 'http2-settings': 'AAMAAABkAAQAAP__' };
    for (const upgrade of ['h2c', 'H2C', 'websocket, h2c', ['h2c', 'websocket']]) {
      for (const connection of ['Upgrade, HTTP2-Settings', 'upgrade']) {
        const { status, told } = await get('/notes/1', { ...headers, connection, upgrade });
        assert.ok(told || status === 400, `Upgrade: ${upgrade}: ${status}`);
        assert.doesNotMatch(told?.headers.upgrade ?? '', /h2c/i);
      }
    }
  });

  test(`${name}: a repeated Authorization is refused`, async () => {
    const { authorization } = await reading();
    for (const other of [authorization, 'Basic eDp5', 'Bearer x']) {
      await refused(get('/notes/1', { authorization: [authorization, other] }), 400, 401);
      await refused(get('/notes/1', { authorization: [other, authorization] }), 400, 401);
    }
  });
}
