/* [data-rows="prefix"]: a formset whose rows can be added and taken away. Without this script its blank rows serve.

   In it: <prefix>-TOTAL_FORMS, a <template> of one row with __prefix__ for its number, [data-list] for the rows, a button [data-add].
   A row is [data-row] with [data-content], a field …-DELETE and a button [data-remove], which becomes the way back: it is named
   data-label or, once the row is taken away, data-undo. */
"use strict";
for (const set of document.querySelectorAll("[data-rows]")) {
  const prefix = set.dataset.rows;
  const form = set.closest("form");
  const total = set.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const most = Number(set.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`)?.value || 1000);
  const template = set.querySelector("template");
  const list = set.querySelector("[data-list]");
  const adding = set.querySelector("[data-add]");
  const mark = (row) => row.querySelector("[name$='-DELETE']");
  // A form that was refused comes back with the mark written out: "False" is a row that stays.
  const isGone = (row) => (mark(row).type === "checkbox" ? mark(row).checked : !["", "False"].includes(mark(row).value));

  function show() {
    for (const row of list.querySelectorAll("[data-row]")) {
      const gone = isGone(row);
      row.classList.toggle("gone", gone);
      row.querySelector("[data-content]").hidden = gone;
      const button = row.querySelector("[data-remove]");
      button.textContent = gone ? button.dataset.undo : button.dataset.label;
    }
    if (adding) adding.hidden = Number(total.value) >= most;
  }
  function add() {
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.content.firstElementChild;
    total.value = Number(total.value) + 1;
    list.append(row);
    return row;
  }
  const tell = () => set.dispatchEvent(new Event("change", { bubbles: true }));

  set.addEventListener("click", (event) => {
    if (event.target.closest("[data-add]")) {
      const row = add();
      tell();
      row.querySelector("textarea, select, input:not([type=hidden])")?.focus();
      return;
    }
    const row = event.target.closest("[data-remove]")?.closest("[data-row]");
    if (!row) return;
    const field = mark(row);
    const gone = !isGone(row);
    if (field.type === "checkbox") field.checked = gone; else field.value = gone ? "on" : "";
    tell();
  });
  form?.addEventListener("change", show);
  // What this device kept may have more rows than the page (autosave.js).
  form?.addEventListener("rows-wanted", (event) => {
    if (event.detail.prefix === prefix) while (Number(total.value) < Math.min(event.detail.count, most)) add();
  });
  show();
}
