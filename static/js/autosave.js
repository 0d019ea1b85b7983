/* form[data-autosave]: what is typed goes to data-autosave-url a second after the last key, and stays on this device until the server has it.
   The server answers 200 {saved_at, version?}, 204, 409 (someone else saved: an HTML page with the comparison), 422 (kept here until it is right). */
"use strict";
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const state = form.querySelector("[data-save-state]");
  const url = form.dataset.autosaveUrl || form.action;
  const key = `draft ${document.body.dataset.user} ${url}`;
  let timer, sending = false, again = false, unsaved = false;

  const fields = () => [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  const say = (text) => { if (state) state.textContent = text; };
  const keep = () => { try { localStorage.setItem(key, JSON.stringify(fields())); } catch { /* full or forbidden: the page itself still holds it */ } };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* nothing was kept then */ } };

  async function send() {
    if (sending) { again = true; return; }
    sending = true; again = false;
    try {
      const body = new URLSearchParams(fields());
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(url, { method: "POST", body, headers: { "X-Autosave": "1", "X-CSRFToken": token }, redirect: "manual" });
      if (answer.status === 409) { document.open(); document.write(await answer.text()); document.close(); return; }
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { say(state.dataset.login); loginLink(); return; }
      if (!answer.ok) { say(state.dataset.unsaved); return; }
      const saved = answer.status === 200 ? await answer.json() : {};
      if (saved.version !== undefined) form.elements.version.value = saved.version;
      if (!again) { unsaved = false; forget(); }
      say(`${state.dataset.saved} ${saved.saved_at || answer.headers.get("X-Saved-At") || ""}`);
    } catch {
      say(state.dataset.waiting);
    } finally {
      sending = false;
      if (again) later();
    }
  }
  function later() { clearTimeout(timer); timer = setTimeout(send, 1000); }
  function loginLink() {
    if (form.querySelector("[data-login-link]")) return;
    const link = document.createElement("a");
    link.href = "/login"; link.target = "_blank"; link.dataset.loginLink = ""; link.textContent = "→";
    link.setAttribute("aria-label", state.dataset.login);
    state.after(" ", link);
    window.addEventListener("focus", later, { once: true });
  }
  function changed() { unsaved = true; keep(); later(); }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { unsaved = false; clearTimeout(timer); });
  window.addEventListener("online", () => { if (unsaved) send(); });
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

  // What an earlier visit could not save is offered, never put over what is shown now.
  let kept = null;
  try { kept = localStorage.getItem(key); } catch { /* no storage, nothing kept */ }
  if (kept && state && kept !== JSON.stringify(fields())) {
    const offer = document.createElement("p");
    offer.className = "note warning";
    const bring = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary btn-small", textContent: state.dataset.restore });
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-outline-primary btn-small", textContent: state.dataset.drop });
    offer.append(state.dataset.found, " ", bring, " ", drop);
    form.prepend(offer);
    drop.addEventListener("click", () => { forget(); offer.remove(); });
    bring.addEventListener("click", () => { restore(JSON.parse(kept)); offer.remove(); changed(); });
  }
  function restore(pairs) {
    const version = form.elements.version?.value;
    const total = pairs.filter(([name]) => name.endsWith("-TOTAL_FORMS"));
    for (const [name, value] of total) form.dispatchEvent(new CustomEvent("rows-wanted", { detail: { prefix: name.replace("-TOTAL_FORMS", ""), count: Number(value) } }));
    for (const box of form.querySelectorAll("[type=checkbox], [type=radio]")) box.checked = pairs.some(([name, value]) => name === box.name && value === box.value);
    for (const [name, value] of pairs) {
      const field = form.elements[name];
      if (field && "value" in field && field.type !== "checkbox" && field.type !== "radio" && !(field instanceof RadioNodeList)) field.value = value;
    }
    // The version is the page's: a newer one stored meanwhile must still be noticed.
    if (version !== undefined) form.elements.version.value = version;
  }
}
