// Notebook: a first-party single-page app without a server of its own. It signs in with the
// password grant (RFC 6749, 4.3), refreshes, calls an API and signs out (RFC 7009).
//
// The password grant lets this page see the password, so it is only for an operator's own apps;
// OAuth 2.1 has removed it. An app of anybody else uses the code flow: see Sunny Calendar.

const { issuer, clientId, apiUrl } = document.body.dataset;
const byId = (id) => document.getElementById(id);

// The access token is in memory alone: a reload forgets it, and the refresh token gets another.
let accessToken = null;

// sessionStorage ends with the tab, but every script of this origin can read it: one injected
// script would have the token. That is why this page runs no script but this file (see its
// Content-Security-Policy), why the token is worth nothing after one use, and why an app with
// more to lose keeps its tokens on a server behind a cookie.
const refreshToken = {
  get: () => sessionStorage.getItem("notebook_refresh_token"),
  set: (token) => sessionStorage.setItem("notebook_refresh_token", token),
  forget: () => sessionStorage.removeItem("notebook_refresh_token"),
};

// ---------------------------------------------------------------- OAuth

// The one address that a client must know is the issuer; its metadata tells the rest (RFC 8414).
let knownMetadata = null;
async function metadata() {
  if (knownMetadata === null) {
    const url = new URL(issuer);
    const path = url.pathname.replace(/\/$/, "");
    url.pathname = `/.well-known/oauth-authorization-server${path}`;
    const { body } = await send("Ask for the metadata", url.href);
    if (body.issuer !== issuer) throw new Error("The metadata are those of another server.");
    knownMetadata = body;
  }
  return knownMetadata;
}

async function postForm(what, endpoint, fields) {
  const form = new URLSearchParams({ ...fields, client_id: clientId });
  return send(what, endpoint, { method: "POST", body: form });
}

function keep(tokens) {
  accessToken = tokens.access_token;
  if (tokens.refresh_token) refreshToken.set(tokens.refresh_token);
}

async function signIn(username, password) {
  const { token_endpoint } = await metadata();
  const { ok, body } = await postForm("Sign in", token_endpoint, {
    grant_type: "password",
    username,
    password,
  });
  if (!ok) throw new Error(inWords(body));
  keep(body);
}

// Two refreshes at once would use one refresh token twice, so the second joins the first.
let refreshing = null;
function refresh() {
  refreshing ??= refreshOnce().finally(() => (refreshing = null));
  return refreshing;
}

async function refreshOnce() {
  const { token_endpoint } = await metadata();
  const { ok, status, body } = await postForm("Refresh", token_endpoint, {
    grant_type: "refresh_token",
    refresh_token: refreshToken.get(),
  });
  if (ok) return keep(body);
  // Busy is no verdict on the token: only a refusal ends the sign-in.
  if (status === 429 || status >= 500) throw new Error(inWords(body));
  forget();
  throw new SignedOut("Your sign-in has ended. Please sign in again.");
}

// Revoking the refresh token ends the access tokens that came with it. What this page knows is
// forgotten even if Latchkey cannot be reached.
async function signOut() {
  try {
    const { revocation_endpoint } = await metadata();
    const { ok, body } = await postForm("Sign out", revocation_endpoint, {
      token: refreshToken.get(),
      token_type_hint: "refresh_token",
    });
    if (!ok) throw new Error(inWords(body));
  } finally {
    forget();
  }
}

function forget() {
  accessToken = null;
  refreshToken.forget();
}

class SignedOut extends Error {}

// ---------------------------------------------------------------- the Notes API

// An access token can end at any time: on 401, refresh once and try again.
async function callNotes(what, options = {}) {
  if (accessToken === null) await refresh();
  const call = () =>
    send(what, `${apiUrl}/notes`, {
      ...options,
      headers: { ...options.headers, Authorization: `Bearer ${accessToken}` },
    });
  let answer = await call();
  if (answer.status === 401) {
    await refresh();
    answer = await call();
  }
  if (!answer.ok) throw new Error(inWords(answer.body));
  show(answer.body);
}

const readNotes = () => callNotes("Read the notes");
const addNote = (text) =>
  callNotes("Add a note", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
  });

// ---------------------------------------------------------------- the wire and the log

async function send(what, url, options = {}) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    log(what, `${options.method ?? "GET"} ${url}`, "No answer", true);
    throw new Error(`${new URL(url).host} gave no answer. Is the demo still running?`);
  }
  const text = await response.text();
  const body = parsed(text);
  const challenge = response.headers.get("WWW-Authenticate");
  const answer = [
    `HTTP ${response.status}`,
    challenge && `WWW-Authenticate: ${challenge}`,
    text && `\n${JSON.stringify(cutSecrets(body), null, 2)}`,
  ];
  log(what, shownRequest(url, options), answer.filter(Boolean).join("\n"), !response.ok);
  return { ok: response.ok, status: response.status, body };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function shownRequest(url, { method = "GET", headers = {}, body }) {
  const lines = [`${method} ${url}`];
  if (headers.Authorization) lines.push(`Authorization: Bearer ${cutShort(accessToken)}`);
  if (typeof body === "string") lines.push("", body);
  if (body instanceof URLSearchParams) {
    const fields = Object.entries(cutSecrets(Object.fromEntries(body)));
    lines.push("", ...fields.map(([name, value]) => `${name}=${value}`));
  }
  return lines.join("\n");
}

const cutShort = (secret) => `${secret.slice(0, 4)}…${secret.slice(-4)}`;

function cutSecrets(object) {
  const shown = { ...object };
  if (shown.password) shown.password = "…";
  for (const name of ["access_token", "refresh_token", "token"]) {
    if (shown[name]) shown[name] = cutShort(shown[name]);
  }
  return shown;
}

function log(what, request, answer, failed) {
  const entry = byId("log-entry").content.cloneNode(true);
  entry.querySelector("h3").textContent = failed ? `${what}: refused` : what;
  entry.querySelector("li").classList.toggle("failed", failed);
  const [sent, received] = entry.querySelectorAll("pre");
  sent.textContent = request;
  received.textContent = answer;
  byId("log").prepend(entry);
  byId("log-empty").hidden = true;
}

// ---------------------------------------------------------------- the page

const MEANINGS = {
  invalid_grant: "The username or password is wrong.",
  invalid_client: "Latchkey does not know this app.",
  insufficient_scope: "You may read notes, but not write them.",
  temporarily_unavailable: "The server is busy. Try again in a moment.",
};

function inWords({ error, error_description: description }) {
  return MEANINGS[error] ?? description ?? "The server refused without a reason.";
}

function show({ notes, introspection }) {
  byId("who").textContent = introspection.username ?? introspection.sub;
  byId("scope").textContent = introspection.scope;
  byId("notes").replaceChildren(
    ...notes.map((note) => {
      const item = document.createElement("li");
      item.textContent = note;
      return item;
    }),
  );
}

function arrange() {
  const signedIn = refreshToken.get() !== null;
  byId("signed-in").hidden = !signedIn;
  byId("signed-out").hidden = signedIn;
  if (!signedIn) byId("notes").replaceChildren();
}

// Every act ends alike: what went wrong is told, and the page fits who is signed in.
async function run(act, done, problemId = "problem") {
  const buttons = document.querySelectorAll("button");
  byId("problem").textContent = byId("sign-in-problem").textContent = byId("done").textContent = "";
  buttons.forEach((button) => (button.disabled = true));
  try {
    await act();
    byId("done").textContent = done;
  } catch (error) {
    byId(error instanceof SignedOut ? "sign-in-problem" : problemId).textContent = error.message;
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    arrange();
  }
}

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password } = event.target.elements;
  await run(async () => {
    await signIn(username.value, password.value);
    password.value = "";
  }, "You are signed in.", "sign-in-problem");
  if (accessToken === null) return password.focus();
  byId("signed-in-title").focus();
  await run(readNotes, "You are signed in.");
});

byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const note = event.target.elements.text;
  await run(async () => {
    await addNote(note.value);
    note.value = "";
  }, "The note is added.");
  note.focus();
});

byId("read").addEventListener("click", () => run(readNotes, "These are your notes."));
byId("refresh").addEventListener("click", () => run(refresh, "The tokens are new."));
byId("sign-out").addEventListener("click", async () => {
  await run(signOut, "You are signed out.", "sign-in-problem");
  byId("username").focus();
});

arrange();
if (refreshToken.get() !== null) run(readNotes, "Welcome back.");
