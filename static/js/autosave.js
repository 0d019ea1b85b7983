/* form[data-autosave]: what is typed goes to data-autosave-url a second after the last key, and a copy stays on this device until
   the server has it. A span [data-save-state] inside the form (components/_save_state.html) shows how it stands and holds the words.

   The server answers 200 {saved_at, version?, shows?: {name: text for each [data-shows=name]}} or 204; 409 with a page that compares (shown in a dialog) or {error}; 422 {error} or
   {errors} (kept here until it is right). A redirect or a 401 means that the session has ended: log in in another tab and go on.
   Elsewhere on the page: form[data-forget] (logging out) wipes every copy, for phones are shared. */
"use strict";
(() => {
  const PREFIX = "draft ";
  const KEPT_FOR = 14 * 24 * 3600 * 1000;
  const PAUSE = 1000;
  const RETRIES = [5000, 15000, 60000];
  const me = document.body.dataset.user || "";

  // Storage may be full or forbidden: the page itself still holds what was typed.
  const attempt = (action) => { try { return action(); } catch { return null; } };
  const copies = {
    read: (key) => attempt(() => JSON.parse(localStorage.getItem(key))),
    write: (key, copy) => attempt(() => localStorage.setItem(key, JSON.stringify(copy))),
    drop: (key) => attempt(() => localStorage.removeItem(key)),
    keys: () => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) || [],
  };
  const element = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // Our server redirects only after it has recorded (or to the login page, where nobody is logged in).
  const wasRecorded = (copy) => {
    const from = attempt(() => new URL(document.referrer));
    const redirects = performance.getEntriesByType("navigation")[0]?.redirectCount;
    return Boolean(me && copy.sent && redirects && from?.origin === location.origin && from.pathname === copy.page);
  };
  for (const key of copies.keys()) {
    const copy = copies.read(key);
    if (!copy?.fields || Date.now() - copy.at > KEPT_FOR || (key.startsWith(`${PREFIX}${me} `) && wasRecorded(copy))) copies.drop(key);
  }
  let leaving = false;
  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-forget")) return;
    const kept = copies.keys();
    const words = event.target.dataset.confirm;
    if (kept.length && words && !confirm(words)) { event.preventDefault(); return; }
    leaving = true;
    kept.forEach(copies.drop);
  });

  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);

  function watch(form) {
    const state = form.querySelector("[data-save-state]");
    if (!state) return;
    const words = state.dataset;
    const url = form.dataset.autosaveUrl || location.href;
    const key = `${PREFIX}${me} ${url}`;
    let timer;
    let failures = 0;
    let sending = null;
    let unsaved = false;
    let blocked = false; // the server's answer was that this cannot be saved: the person decides, not a timer
    let lapsed = false; // the session has ended

    const all = () => [...new FormData(form)].filter(([, value]) => typeof value === "string");
    // Hidden fields belong to the page (keys, versions), not to the person; but which rows were taken away is the person's doing.
    const isOwn = (name) => {
      const field = form.elements[name];
      return name.endsWith("-DELETE") || !(field instanceof HTMLInputElement && field.type === "hidden");
    };
    const typed = () => all().filter(([name, value]) => isOwn(name) && !(name.endsWith("-DELETE") && !value));
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    let recorded = typed();

    function say(kind, text) {
      state.dataset.now = kind;
      if (state.textContent !== text) state.textContent = text;
    }
    const keep = (sent = false) => copies.write(key, { fields: typed(), at: Date.now(), page: location.pathname, sent });
    const later = (delay = PAUSE) => { clearTimeout(timer); timer = setTimeout(send, delay); };
    const retry = () => later(RETRIES[Math.min(failures++, RETRIES.length - 1)]);

    function changed() {
      if (same(typed(), recorded)) {
        if (!sending && !blocked) { unsaved = false; clearTimeout(timer); copies.drop(key); }
        return;
      }
      unsaved = true;
      keep();
      if (!blocked) later();
    }

    function send() {
      clearTimeout(timer);
      if (sending || blocked || !unsaved) return sending;
      sending = exchange().finally(() => {
        sending = null;
        if (unsaved && !blocked && !lapsed && failures === 0) later();
      });
      return sending;
    }
    async function exchange() {
      const fields = typed();
      try {
        let answer = await post();
        if (answer.status === 403 && await renewToken()) answer = await post();
        await take(answer, fields);
      } catch {
        say("waiting", words.waiting);
        retry();
      }
    }
    const post = () => fetch(url, {
      method: "POST",
      body: new URLSearchParams(all()),
      headers: { "X-Autosave": "1", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      redirect: "manual",
    });

    async function take(answer, fields) {
      if (answer.type === "opaqueredirect" || answer.status === 401) { askLogin(); return; }
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      if (answer.ok) {
        const saved = isJson ? await answer.json() : {};
        if (saved.version !== undefined && form.elements.version) form.elements.version.value = saved.version;
        for (const [name, text] of Object.entries(saved.shows || {})) {
          form.querySelectorAll(`[data-shows="${name}"]`).forEach((place) => { place.textContent = text; });
        }
        recorded = fields;
        failures = 0;
        lapsed = false;
        form.querySelector("[data-login-note]")?.remove();
        unsaved = !same(typed(), recorded);
        if (!unsaved) { copies.drop(key); say("saved", `${words.saved} ${saved.saved_at || ""}`.trim()); }
      } else if (answer.status === 409 && !isJson) {
        blocked = true;
        say("unsaved", words.unsaved);
        compare(await answer.text());
      } else if (isJson) {
        const { error, errors } = await answer.json();
        blocked = answer.status === 409;
        // What is wrong may be half typed: it is said, and tried again with the next key.
        failures = 1;
        say("unsaved", [words.unsaved, error || Object.values(errors || {}).flat()[0]].filter(Boolean).join(". "));
      } else {
        say("unsaved", words.unsaved);
        retry();
      }
    }

    /* A login in another tab makes the page's token stale; a fresh one comes with the page itself. Whether we may go on. */
    async function renewToken() {
      const answer = await fetch(location.href, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) { askLogin(); return false; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
      // Someone else on this phone: their page is not the place for these words.
      if (!token || (page.body.dataset.user || "") !== me) return false;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
      return true;
    }
    function askLogin() {
      lapsed = true;
      say("unsaved", words.unsaved);
      if (form.querySelector("[data-login-note]")) return;
      const link = element("a", { href: words.loginUrl || "/login", target: "_blank", textContent: words.loginAgain || "→" });
      const note = element("p", { className: "note warning" }, words.login, " ", link);
      note.dataset.loginNote = "";
      note.setAttribute("role", "alert");
      // In the bar at the foot it is in sight wherever one types.
      const bar = state.closest(".foot");
      if (bar) bar.prepend(note); else state.after(note);
    }
    async function backFromElsewhere() {
      if (!unsaved || blocked || document.hidden) return;
      if (lapsed && !await renewToken().catch(() => false)) return;
      send();
    }

    /* The server's page that lays both versions side by side, over this one; nothing here is lost while it is open. */
    function compare(html) {
      const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
      if (!main) return;
      const dialog = element("dialog", { className: "compare" }, ...main.childNodes);
      dialog.setAttribute("aria-label", dialog.querySelector("h1")?.textContent || words.unsaved);
      dialog.querySelectorAll("form:not([action])").forEach((inner) => { inner.action = url; });
      dialog.addEventListener("submit", () => { leaving = true; keep(true); });
      dialog.addEventListener("click", (event) => {
        if (event.target.closest("a[href]")) { leaving = true; copies.drop(key); }
      });
      document.body.append(dialog);
      dialog.showModal();
    }

    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => {
      // An autosave on its way, or a session that ended, would make the server refuse the page's version or token.
      const first = sending || (lapsed && renewToken().catch(() => false));
      if (first) {
        event.preventDefault();
        const { submitter } = event;
        Promise.resolve(first).then((ready) => { if (ready !== false) form.requestSubmit(submitter); });
        return;
      }
      if (!navigator.onLine) {
        event.preventDefault();
        unsaved = true;
        keep();
        say("waiting", words.waiting);
        return;
      }
      clearTimeout(timer);
      leaving = true;
      if (unsaved || !same(typed(), recorded)) keep(true);
    });
    window.addEventListener("online", backFromElsewhere);
    window.addEventListener("focus", backFromElsewhere);
    document.addEventListener("visibilitychange", () => { if (document.hidden) send(); else backFromElsewhere(); });
    window.addEventListener("offline", () => { if (unsaved) say("waiting", words.waiting); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
    window.addEventListener("beforeunload", (event) => { if (unsaved && !leaving) event.preventDefault(); });

    // What an earlier visit could not save is offered, never put over what is shown now.
    const kept = copies.read(key);
    if (kept?.sent && document.querySelector("[data-focus]")) {
      // This page is the answer to what was sent: refused, with all that was typed. So it is the page that now needs saving.
      recorded = null;
      changed();
    } else if (kept && same(kept.fields, recorded)) copies.drop(key);
    else if (kept) offer(kept);

    function offer(copy) {
      const bring = element("button", { type: "button", className: "btn btn-primary btn-small", textContent: words.restore });
      const drop = element("button", { type: "button", className: "btn btn-outline-primary btn-small", textContent: words.drop });
      const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }).format(copy.at);
      const note = element("div", { className: "note warning stack" }, element("p", {}, `${words.found} (${when})`), element("p", { className: "row" }, bring, drop));
      note.setAttribute("role", "status");
      form.prepend(note);
      bring.addEventListener("click", () => { note.remove(); restore(copy.fields); });
      drop.addEventListener("click", () => { note.remove(); copies.drop(key); });
    }
    function restore(pairs) {
      const has = (name, value) => pairs.some((pair) => pair[0] === name && pair[1] === value);
      // Rows that the page does not have yet are added first (rows.js).
      for (const set of form.querySelectorAll("[data-rows]")) {
        const row = new RegExp(`^${set.dataset.rows}-([0-9]+)-`);
        const count = Math.max(0, ...pairs.map(([name]) => Number(row.exec(name)?.[1] ?? -1) + 1));
        form.dispatchEvent(new CustomEvent("rows-wanted", { detail: { prefix: set.dataset.rows, count } }));
      }
      for (const field of form.elements) {
        if (!field.name || !isOwn(field.name)) continue;
        if (field.type === "checkbox" || field.type === "radio") field.checked = has(field.name, field.value);
        else if (field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
          const pair = pairs.find(([name]) => name === field.name);
          if (pair) field.value = pair[1];
        }
      }
      form.querySelectorAll("details").forEach((more) => { if (more.querySelector("textarea, input")) more.open = true; });
      // Who shows what is chosen looks again (rollcall.js, rows.js); then it is saved like anything typed.
      form.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
})();
