// Looks on at requests and answers and writes them down as a page of docs/, long secrets shortened.
import { parse } from 'node-html-parser';

const SHOWN = [
  'location', 'content-type', 'cache-control', 'pragma', 'set-cookie', 'www-authenticate', 'content-security-policy',
];

export class Recording {
  #parts = [];

  constructor(introduction) {
    this.#parts.push(introduction);
  }

  /** Begins the next section; what is sent from here on belongs to it. */
  step(title, words) {
    this.#parts.push(`## ${title}`, words);
  }

  /** Carries a request as `fetch` does, and writes down both sides. */
  send = async (url, request) => {
    const answer = await fetch(url, request);
    const body = await answer.clone().text();
    this.#parts.push(fenced(requestText(new URL(url), request)), fenced(answerText(answer, body)));
    return answer;
  };

  toString() {
    return `${this.#parts.join('\n\n')}\n`;
  }
}

const fenced = (text) => `\`\`\`http\n${shortened(text)}\n\`\`\``;

function requestText(url, { method, headers, body }) {
  const lines = [`${method} ${onLines(url.pathname + url.search)} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of new Headers(headers)) {
    if (['authorization', 'cookie', 'accept'].includes(name)) lines.push(`${named(name)}: ${value}`);
  }
  if (body) lines.push('Content-Type: application/x-www-form-urlencoded', '', onLines(`${body}`));
  return lines.join('\n');
}

function answerText(answer, body) {
  const lines = [`HTTP/1.1 ${answer.status} ${answer.statusText}`];
  for (const name of SHOWN) {
    const values = name === 'set-cookie' ? answer.headers.getSetCookie() : [answer.headers.get(name)];
    for (const value of values) {
      if (value !== null) lines.push(`${named(name)}: ${name === 'location' ? onLines(value) : value}`);
    }
  }
  const type = answer.headers.get('content-type') ?? '';
  if (type.includes('json')) lines.push('', JSON.stringify(JSON.parse(body), undefined, 2));
  else if (type.includes('html') && body !== '') lines.push('', pageText(body));
  return lines.join('\n');
}

/** What a person sees of a page: its words, its fields and its buttons. */
function pageText(html) {
  const page = parse(html);
  const all = (selector) => page.querySelectorAll(selector).map((each) => each.text.trim().replace(/\s+/g, ' '));
  const words = all('main h1, main p, main li, main dt, main dd').filter((line) => line !== '');
  const fields = all('main label').map((label) => `[ ${label} ]`);
  const buttons = all('main button').map((button) => `( ${button} )`);
  return [...words, ...fields, ...buttons].join('\n');
}

/** One parameter a line, as specifications print them. */
const onLines = (text) => text.replaceAll('&', '\n    &').replace('?', '\n    ?');

const named = (header) => header.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());

const shortened = (text) =>
  text
    .replaceAll(/(password=)[^&\n]*/g, '$1…')
    .replaceAll(/(Basic \S{8})\S*/g, '$1…')
    // The long names in the metadata have neither digits nor capitals.
    .replaceAll(/(?![a-z_]+\b)[A-Za-z0-9_-]{40,}/g, (secret) => `${secret.slice(0, 8)}…${secret.slice(-4)}`);
