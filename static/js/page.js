/* Every page: one submit per tap, the large-text switch, keys, focus on errors, and forgetting on logout. */
"use strict";
{
  const submitted = new Set();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.hasAttribute("data-forget")) Object.keys(localStorage).filter((key) => key.startsWith("draft ")).forEach((key) => localStorage.removeItem(key));
    if (submitted.has(form)) { event.preventDefault(); return; }
    submitted.add(form);
    // After the browser has read the pressed button's value.
    setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    submitted.clear();
    document.querySelectorAll("form button:disabled").forEach((button) => { button.disabled = false; });
  });

  document.querySelectorAll("[data-large-text]").forEach((button) => {
    const root = document.documentElement;
    const show = () => button.setAttribute("aria-pressed", String(root.dataset.text === "large"));
    show();
    button.addEventListener("click", () => {
      if (root.dataset.text === "large") delete root.dataset.text; else root.dataset.text = "large";
      document.cookie = `text=${root.dataset.text || ""}; path=/; max-age=${root.dataset.text ? 31536000 : 0}; samesite=lax`;
      show();
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  });
  document.querySelector("[data-focus]")?.focus();
}
