/* Every page: one submit per tap, a box that ticks many, the large-text switch, keys (/ searches, ? lists the keys), the account menu, focus on what is wrong. */
"use strict";
(() => {
  // A second tap while the first is on its way would be the same deed twice; the server would notice, the person should not have to.
  const buttonsOf = (form) => [...form.elements].filter((field) => field.type === "submit");
  function release() {
    document.querySelectorAll("form[aria-busy]").forEach((form) => {
      form.removeAttribute("aria-busy");
      buttonsOf(form).forEach((button) => { button.disabled = false; });
    });
  }
  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.hasAttribute("aria-busy")) { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    // Only after the browser has read the pressed button's name and value.
    setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true; }));
    // The answer may never come: on a poor network the button must not stay dead.
    setTimeout(release, 20000);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(); });

  for (const button of document.querySelectorAll("[data-large-text]")) {
    const page = document.documentElement;
    const show = () => button.setAttribute("aria-pressed", String(page.dataset.text === "large"));
    button.addEventListener("click", () => {
      const isLarge = page.dataset.text !== "large";
      if (isLarge) page.dataset.text = "large"; else delete page.dataset.text;
      document.cookie = `text=large; path=/; max-age=${isLarge ? 365 * 24 * 3600 : 0}; samesite=lax`;
      show();
    });
    show();
  }

  // One box ticks all of a name in its form.
  for (const all of document.querySelectorAll("[data-tick-all]")) {
    all.addEventListener("change", () => {
      for (const box of all.form.elements) if (box.name === all.dataset.tickAll) box.checked = all.checked;
    });
  }

  const menu = document.querySelector(".bar .menu");
  const close = () => { if (menu) menu.open = false; };
  document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) close(); });

  const keys = document.getElementById("keys");
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => { close(); keys.showModal(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) { close(); menu.querySelector("summary").focus(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?" && keys) {
      event.preventDefault();
      keys.showModal();
    }
  });

  // A target inside a closed <details> (a field that is linked from the errors on top) is opened first.
  function open(target) {
    if (!target) return;
    for (let more = target.closest("details"); more; more = more.parentElement.closest("details")) more.open = true;
    if (target.matches("input, select, textarea")) target.focus();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link) open(document.getElementById(link.hash.slice(1)));
  });
  open(document.querySelector(":target"));
  document.querySelector("[data-focus]")?.focus();
})();
