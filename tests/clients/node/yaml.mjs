// As much YAML as an application.yml of ours has, read strictly: maps by indentation, comments, plain words,
// and strings and lists as JSON writes them, which is YAML too.
import assert from 'node:assert/strict';

/** The values below `prefix` by their dotted names; there must be nothing outside it. */
export function properties(text, prefix) {
  const found = {};
  const path = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, indentation, key, value] = /^((?:  )*)([a-z][a-z0-9-]*):(?: (\S.*))?$/.exec(line) ?? assert.fail(line);
    const depth = indentation.length / 2;
    assert.ok(depth <= path.length, `indented too far: ${line}`);
    path.splice(depth, path.length, key);
    if (value === undefined) continue;
    const name = path.join('.');
    assert.ok(name.startsWith(`${prefix}.`), `${name} is not below ${prefix}`);
    const own = name.slice(prefix.length + 1);
    assert.ok(!(own in found), `${name} is there twice`);
    found[own] = scalar(value);
    path.pop();
  }
  return found;
}

function scalar(value) {
  if (/^[["]/.test(value)) return JSON.parse(value);
  // Else YAML could see something else than a word in it.
  assert.match(value, /^[a-z][a-z_]*$/);
  assert.ok(!['yes', 'no', 'on', 'off', 'true', 'false', 'null'].includes(value), value);
  return value;
}
