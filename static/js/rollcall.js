/* [data-roll]: counts who is present as it is called; arrows move, Space toggles presence, Enter goes to the next row.
   Rows are [data-called] with radios; reasons are [data-reason] shown for absences; [data-speaker] chips of the absent are put away. */
"use strict";
for (const roll of document.querySelectorAll("[data-roll]")) {
  const rows = [...roll.querySelectorAll("[data-called]")];
  const chosen = (row) => row.querySelector("input[type=radio]:checked")?.value;

  function show() {
    let present = 0;
    for (const row of rows) {
      const value = chosen(row);
      if (value === "PRESENT") present += 1;
      const reason = row.querySelector("[data-reason]");
      if (reason) reason.hidden = !(value === "EXCUSED" || value === "UNEXCUSED");
      const chip = document.querySelector(`[data-speaker="${row.dataset.called}"]`);
      if (chip) {
        chip.hidden = value !== "PRESENT";
        if (chip.hidden) chip.querySelector("input").checked = false;
      }
    }
    for (const place of document.querySelectorAll("[data-present-count]")) place.textContent = `${present}/${rows.length}`;
  }
  roll.addEventListener("change", show);
  roll.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-called]");
    if (!row || event.target.type !== "radio") return;
    const at = rows.indexOf(row);
    const to = { Enter: at + 1, ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && rows[to]) {
      event.preventDefault();
      (rows[to].querySelector("input[type=radio]:checked") || rows[to].querySelector("input[type=radio]")).focus();
    } else if (event.key === " ") {
      event.preventDefault();
      const next = row.querySelector(`input[value=${chosen(row) === "PRESENT" ? "EXCUSED" : "PRESENT"}]`);
      if (next) { next.checked = true; next.focus(); next.dispatchEvent(new Event("change", { bubbles: true })); }
    }
  });
  show();
}
