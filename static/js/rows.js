/* [data-rows="prefix"]: a formset whose rows can be added from its <template> and taken away (with a way back). */
"use strict";
for (const set of document.querySelectorAll("[data-rows]")) {
  const prefix = set.dataset.rows;
  const total = set.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const template = set.querySelector("template");
  const list = set.querySelector("[data-list]") || set;

  function add(focus) {
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    const row = holder.firstElementChild;
    list.append(row);
    if (focus) row.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    set.dispatchEvent(new Event("input", { bubbles: true }));
  }
  set.addEventListener("click", (event) => {
    if (event.target.closest("[data-add]")) add(true);
    const remove = event.target.closest("[data-remove]");
    if (!remove) return;
    const row = remove.closest("[data-row]");
    const mark = row.querySelector("[name$=-DELETE]");
    const content = row.querySelector("[data-content]") || row.firstElementChild;
    const gone = !(mark.value === "on" || mark.checked);
    if (mark.type === "checkbox") mark.checked = gone; else mark.value = gone ? "on" : "";
    content.hidden = gone;
    remove.textContent = gone ? remove.dataset.undo : remove.dataset.label;
    set.dispatchEvent(new Event("input", { bubbles: true }));
  });
  set.closest("form")?.addEventListener("rows-wanted", (event) => {
    if (event.detail.prefix === prefix) while (Number(total.value) < event.detail.count) add(false);
  });
}
