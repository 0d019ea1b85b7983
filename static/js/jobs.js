/* A job's page: while #job carries data-refresh (seconds), its section is fetched anew and put in its place. Without scripts one reloads. */
"use strict";
(() => {
  async function renew() {
    const before = document.getElementById("job");
    let after = before, underWay = null;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      // The session has ended, or the job is no longer ours: the page itself says so.
      if (answer.redirected || answer.status === 404) { location.reload(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      after = page.getElementById("job") || before;
      underWay = page.querySelector(".under-way");
    } catch { /* no network: the next time may go better */ }
    if (after !== before) {
      // How many are under way stands in the head of the page.
      document.querySelector(".under-way")?.replaceWith(underWay ? document.adoptNode(underWay) : "");
      const log = before.querySelector("details");
      if (log?.open) after.querySelector("details")?.setAttribute("open", "");
      const focused = before.contains(document.activeElement) ? document.activeElement.closest("form, a, summary") : null;
      if (focused && after.hasAttribute("data-refresh")) {
        // Whoever is on a button stays on it: only the figures move.
        for (const part of ["progress", "p.num"]) before.querySelector(part)?.replaceWith(after.querySelector(part) || "");
      } else {
        before.replaceWith(document.adoptNode(after));
        if (focused) document.getElementById("main").focus();
      }
    }
    wait();
  }
  function wait() {
    const seconds = Number(document.getElementById("job")?.dataset.refresh);
    if (seconds) setTimeout(() => (document.hidden ? wait() : renew()), seconds * 1000);
  }
  wait();
})();
