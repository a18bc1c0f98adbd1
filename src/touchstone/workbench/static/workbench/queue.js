// The tasks in hand beyond the one on the screen: leased ahead, kept alive, given back unused.

const WANTED = 5;
const LOW = 2;

export class Queue {
  #refilling = null;
  #unsure = false;

  constructor({ api, project, isKnown }) {
    this.api = api;
    this.project = project;
    this.isKnown = isKnown;
    this.waiting = [];
    this.details = {}; // of what was refused last
    this.scale = ""; // known from the first lease: the schema behind it is not sent again
  }

  take() {
    return this.waiting.shift();
  }

  // One that was begun comes first when its turn comes.
  putBack(task) {
    this.waiting.unshift(task);
  }

  get isLow() {
    return this.waiting.length < LOW;
  }

  // Resolves with "" when tasks came, else with the code of what was said, "nothing" or "offline".
  refill() {
    this.#refilling ??= this.#refill().finally(() => { this.#refilling = null; });
    return this.#refilling;
  }

  async #refill() {
    const path = `/projects/${this.project}/lease`;
    try {
      // After a failure the server may have leased tasks that never arrived: ask what is in hand.
      const known = this.#unsure ? await this.api.call("GET", `${path}?known_scale=${encodeURIComponent(this.scale)}`) : null;
      if (known?.status === 200 && this.#add(known.data.tasks)) {
        this.#unsure = false;
        return "";
      }
      this.#unsure = true;
      const answer = await this.api.call("POST", path, { count: WANTED, known_scale: this.scale });
      if (answer.status >= 500) return "offline";
      this.#unsure = false;
      if (answer.status !== 200) {
        this.details = answer.data.details ?? {};
        return answer.data.code ?? "refused";
      }
      this.scale = answer.data.scale_version;
      return this.#add(answer.data.tasks) ? "" : "nothing";
    } catch {
      return "offline";
    }
  }

  #add(tasks) {
    const fresh = tasks.filter((task) => !this.isKnown(task.assignment));
    this.waiting.push(...fresh.filter((task) => !this.waiting.some((one) => one.assignment === task.assignment)));
    return fresh.length;
  }

  // Renews the leases; resolves with whether that of `current` still holds.
  async beat(current) {
    const tasks = current ? [current, ...this.waiting] : [...this.waiting];
    const answers = await Promise.allSettled(tasks.map((task) => this.#renew(task)));
    const lost = tasks.filter((_, index) => answers[index].value === false);
    this.waiting = this.waiting.filter((task) => !lost.includes(task));
    return !lost.includes(current);
  }

  async #renew(task) {
    const answer = await this.api.call("POST", `/assignments/${task.assignment}/heartbeat`, { lease: task.lease });
    if (answer.status === 200) task.leased_until = answer.data.leased_until;
    return answer.status !== 409 && answer.status !== 404;
  }

  // For a page that goes away: it may not be there any more to read the answers.
  giveBack() {
    const given = this.waiting.map((task) => {
      const path = `/assignments/${task.assignment}/lease?lease=${encodeURIComponent(task.lease)}`;
      return this.api.call("DELETE", path, undefined, { keepalive: true }).catch(() => {});
    });
    this.waiting = [];
    return Promise.all(given);
  }
}
