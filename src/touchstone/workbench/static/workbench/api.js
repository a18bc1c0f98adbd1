// Calls to the API in the person's own session: they name the person of the page, so that what was
// answered here never goes out as somebody else who has signed in since.

const PATIENCE = 20_000;

export class Api {
  constructor({ api, csrfCookie, user }) {
    this.base = api;
    this.user = user;
    this.cookie = csrfCookie;
  }

  // Resolves with status and body whatever the server says; rejects when it cannot be reached.
  async call(method, path, body, { key, keepalive = false } = {}) {
    const response = await fetch(`${this.base}${path}`, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: this.#headers(body, key),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: keepalive ? undefined : AbortSignal.timeout(PATIENCE),
    });
    return { status: response.status, data: await response.json().catch(() => ({})) };
  }

  #headers(body, key) {
    const headers = { "X-CSRFToken": this.#token(), "Touchstone-User": this.user };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    return headers;
  }

  // Read each time: signing in again in another tab changes it.
  #token() {
    const pair = document.cookie.split("; ").find((one) => one.startsWith(`${this.cookie}=`));
    return pair ? decodeURIComponent(pair.slice(this.cookie.length + 1)) : "";
  }
}

// crypto.randomUUID is missing on plain http other than localhost.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
