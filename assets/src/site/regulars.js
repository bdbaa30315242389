// Tells Regulars what a visitor of the shop's site looks at and puts in the cart. See docs/site-script.md.
//
// Every event waits in localStorage under a name of its own until the server has confirmed it: closing the
// tab, a lost connection and several tabs at once lose nothing, and what is sent twice is told once, for its
// messageId stays the same. Lines that are only a comment are left out of what is shipped.
(() => {
  "use strict";
  const script = document.currentScript;
  const waiting = window.regulars;
  if (!script || (waiting && waiting.page)) return;
  const { key, consent: rule, pages } = script.dataset;
  const endpoint = new URL("/v1/b", script.src).href;

  const PREFIX = "regulars.";
  const QUEUE = "q.";
  const KEPT_MAX = 500;
  const EVENTS_MAX = 2500;
  const BYTES_MAX = 450000;
  const EVENT_BYTES_MAX = 30000;
  // What browsers finish sending after the page is gone: 64 KiB in all.
  const CLOSING_BYTES_MAX = 60000;
  const PAUSE = 1000;
  const REST_MAX = 300000;
  // What could not be sent for a week holds up what came after it.
  const AGE_MAX = 7 * 24 * 3600 * 1000;

  // --- what is kept: in localStorage, or in this page where that is forbidden or full ------------------
  const memory = new Map();
  const read = (name) => {
    if (memory.has(name)) return memory.get(name);
    try {
      return localStorage.getItem(PREFIX + name);
    } catch {
      return null;
    }
  };
  const write = (name, value) => {
    try {
      localStorage.setItem(PREFIX + name, value);
    } catch {
      memory.set(name, value);
    }
  };
  const drop = (name) => {
    memory.delete(name);
    try {
      localStorage.removeItem(PREFIX + name);
    } catch {}
  };
  const names = (start) => {
    const found = [...memory.keys()];
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(PREFIX)) found.push(name.slice(PREFIX.length));
      }
    } catch {}
    return found.filter((name) => name.startsWith(start)).sort();
  };

  const warn = (text) => console.warn("regulars: " + text);
  const size = (text) => new TextEncoder().encode(text).length;
  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const allowed = () => {
    const said = read("consent");
    return said ? said === "yes" : rule !== "required";
  };

  // --- sending -----------------------------------------------------------------------------------------
  const flying = new Set();
  let most = BYTES_MAX;
  let failures = 0;
  let busy = false;
  let timer;

  const next = (bytesMax) => {
    const taken = [];
    const texts = [];
    let bytes = 200;
    for (const name of names(QUEUE)) {
      if (Date.now() - parseInt(name.slice(QUEUE.length), 36) > AGE_MAX) drop(name);
      const text = flying.has(name) ? null : read(name);
      if (!text) continue;
      bytes += size(text) + 1;
      if (taken.length && (bytes > bytesMax || taken.length === EVENTS_MAX)) break;
      taken.push(name);
      texts.push(text);
    }
    const head = { writeKey: key, sentAt: new Date().toISOString() };
    return { taken, bytes, body: JSON.stringify(head).replace(/}$/, `,"batch":[${texts}]}`) };
  };

  // True where one may go on with what is left.
  const post = async ({ taken, bytes, body }) => {
    taken.forEach((name) => flying.add(name));
    try {
      // A text is sent without asking first (CORS); keepalive goes on when the page is closed.
      const headers = { "Content-Type": "text/plain" };
      const keepalive = bytes <= CLOSING_BYTES_MAX;
      const answer = await fetch(endpoint, { method: "POST", body, headers, keepalive, credentials: "omit" });
      if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
        rest(Number(answer.headers.get("Retry-After")) * 1000);
        return false;
      }
      if (answer.status === 413 && taken.length > 1) {
        most = bytes / 2;
        return true;
      }
      const said = await answer.text();
      if (!answer.ok || said.includes('"status":"refused"')) warn(`refused: ${answer.status} ${said}`);
      taken.forEach(drop);
      failures = 0;
      drop("rest");
      return true;
    } catch {
      // A smaller batch may get through where a large one does not.
      most = Math.max(CLOSING_BYTES_MAX, most / 2);
      rest(0);
      return false;
    } finally {
      taken.forEach((name) => flying.delete(name));
    }
  };

  // Longer each time, and not all visitors at once; other pages of the visitor wait as well.
  const rest = (asked) => {
    const wait = Math.min(REST_MAX, Math.max(asked || 0, PAUSE * 2 ** Math.min(failures++, 10)));
    write("rest", String(Date.now() + wait * (1 + Math.random() / 4)));
  };
  const resting = () => Math.min(REST_MAX * 1.25, Math.max(0, Number(read("rest")) - Date.now()));

  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(wait, resting()));
  };

  const deliver = async () => {
    for (;;) {
      const batch = next(most);
      if (!batch.taken.length || resting() || !(await post(batch))) return;
    }
  };

  const send = async () => {
    if (busy || !allowed()) return;
    busy = true;
    try {
      // Of several tabs one sends at a time; where there are no locks, the server knows what it has already.
      const { locks } = navigator;
      const alone = (lock) => lock && deliver();
      await (locks ? locks.request("regulars", { ifAvailable: true }, alone).catch(deliver) : deliver());
    } finally {
      busy = false;
    }
    if (names(QUEUE).length) plan(2 * PAUSE);
  };

  const closing = () => {
    if (!allowed() || resting()) return;
    const batch = next(CLOSING_BYTES_MAX);
    if (!batch.taken.length) return;
    if ("keepalive" in Request.prototype) post(batch);
    else navigator.sendBeacon(endpoint, batch.body);
  };

  // --- what is told ------------------------------------------------------------------------------------
  let order = 0;
  const put = (item) => {
    if (!allowed()) return;
    const now = new Date();
    const messageId = random();
    const anonymousId = read("id") || random();
    const text = JSON.stringify({ ...item, messageId, anonymousId, timestamp: now.toISOString() });
    if (size(text) > EVENT_BYTES_MAX) return warn("an event is too large and was left out");
    write("id", anonymousId);
    const kept = names(QUEUE);
    kept.slice(0, Math.max(0, kept.length - KEPT_MAX + 1)).forEach(drop);
    const place = now.getTime().toString(36) + "." + String(order++).padStart(6, "0");
    write(QUEUE + place + "." + messageId.slice(0, 8), text);
    plan(PAUSE);
  };

  const bare = (address) => address.split(/[?#]/)[0];
  const campaign = () => {
    const told = new URLSearchParams(location.search);
    const found = {};
    for (const [field, name] of Object.entries({ source: 0, medium: 0, name: "campaign", term: 0, content: 0 })) {
      const value = told.get("utm_" + (name || field));
      if (value) found[field] = value;
    }
    return Object.keys(found).length ? { campaign: found } : undefined;
  };

  // A friend's link: the address loses its query before it is stored, so the code is told by itself.
  const referral = () => {
    const code = new URLSearchParams(location.search).get("ref") || "";
    return /^[0-9A-Z]{5}-?[0-9A-Z]{5}$/i.test(code) ? code : undefined;
  };

  let before = document.referrer;
  const page = (told) => {
    const url = bare(location.href);
    const seen = { path: location.pathname, url, title: document.title, referrer: bare(before) };
    const properties = { ...seen, referral: referral(), ...told };
    before = url;
    put({ type: "page", properties, context: campaign() });
  };
  const track = (event, properties) => put({ type: "track", event, properties });

  // --- who it is ---------------------------------------------------------------------------------------
  let token;
  const subject = () => {
    try {
      const { sub } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      let hash = 0;
      for (const letter of String(sub)) hash = (Math.imul(hash, 31) + letter.codePointAt(0)) | 0;
      return String(hash);
    } catch {
      return warn("identify takes an identity token made by the shop's server");
    }
  };
  const identify = (told) => {
    token = told;
    const who = token && allowed() && subject();
    if (!who) return;
    const [known, hour] = (read("who") || "").split(" ");
    const now = String(Math.floor(Date.now() / 3600000));
    // Somebody else at the same device is another visitor.
    if (known && known !== who) drop("id");
    if (known === who && hour === now) return;
    write("who", who + " " + now);
    put({ type: "identify", context: { identityToken: token } });
  };
  const reset = () => {
    token = undefined;
    drop("who");
    drop("id");
  };
  const consent = (given) => {
    const was = allowed();
    if (!given) names("").forEach(drop);
    write("consent", given ? "yes" : "no");
    if (given && !was) {
      if (pages !== "off") page();
      identify(token);
    }
  };

  const calls = {
    page,
    track,
    viewed: (product) => track("Product Viewed", product),
    added: (product) => track("Product Added", product),
    removed: (product) => track("Product Removed", product),
    cart: (products, more) => track("Cart Viewed", { products, ...more }),
    checkout: (products, more) => track("Checkout Started", { products, ...more }),
    searched: (query) => track("Products Searched", { query }),
    traits: (traits) => put({ type: "identify", traits }),
    identify,
    reset,
    consent,
    push([name, ...told]) {
      if (calls[name]) calls[name](...told);
      else warn(`there is no call named ${name}`);
    },
  };
  const declared = (element) => {
    try {
      const told = JSON.parse(element.dataset.regulars || element.textContent);
      (Array.isArray(told[0]) ? told : [told]).forEach(calls.push);
    } catch {
      warn("data-regulars is no JSON such as [\"added\", {\"product_id\": \"7\"}]");
    }
  };

  // --- the page ----------------------------------------------------------------------------------------
  let at = location.pathname + location.search;
  let turning;
  const turned = (replaced) => {
    const now = location.pathname + location.search;
    if (pages === "off" || now === at || (replaced && at.split("?")[0] === location.pathname)) return;
    at = now;
    // The title follows the address a little later.
    clearTimeout(turning);
    turning = setTimeout(page, 50);
  };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...told) {
      original.apply(this, told);
      turned(name === "replaceState");
    };
  }
  addEventListener("popstate", () => turned());
  addEventListener("pageshow", (event) => event.persisted && pages !== "off" && page());
  addEventListener("pagehide", closing);
  addEventListener("online", () => {
    drop("rest");
    plan(0);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && closing());
  document.addEventListener(
    "click",
    (event) => {
      const element = event.target.closest && event.target.closest("[data-regulars]");
      if (element) declared(element);
    },
    true,
  );

  const start = () => {
    window.regulars = calls;
    if (pages !== "off") page();
    if (Array.isArray(waiting)) waiting.forEach(calls.push);
    const blocks = () => document.querySelectorAll("script[data-regulars]").forEach(declared);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", blocks);
    else blocks();
    plan(PAUSE);
  };
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
