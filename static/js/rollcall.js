/* [data-roll]: the roll call. Without this script the radios are segments that can be tapped; with it the present are counted as they
   are called, the reason shows for absences only, and a clerk needs no mouse: arrows left and right choose (the browser's own doing),
   up, down and Enter go from member to member, Space changes between present and excused.

   Rows are [data-called="M"] with radios; in them [data-reason]; elsewhere on the page [data-present-count] and chips [data-speaker="M"]
   with a checkbox, which are put away for the absent. */
"use strict";
for (const roll of document.querySelectorAll("[data-roll]")) {
  const form = roll.closest("form");
  const expected = roll.querySelectorAll("[data-called]").length;
  const rows = [...form.querySelectorAll("[data-called]")]; // those who came without being on the roster are called too
  const chosen = (row) => row.querySelector("input[type=radio]:checked");

  function show() {
    for (const row of rows) {
      const presence = chosen(row)?.value;
      const reason = row.querySelector("[data-reason]");
      // A reason in which something is wrong stays in sight.
      if (reason) reason.hidden = presence !== "EXCUSED" && presence !== "UNEXCUSED" && !reason.matches(".is-invalid");
      const chip = form.querySelector(`[data-speaker="${row.dataset.called}"]`);
      if (chip) putAway(chip, presence !== "PRESENT");
    }
    const present = rows.filter((row) => chosen(row)?.value === "PRESENT").length;
    for (const place of form.querySelectorAll("[data-present-count]")) place.textContent = `${present}/${expected}`;
  }
  /* Who is tapped absent by mistake and then present again has still spoken. */
  function putAway(chip, isAbsent) {
    const box = chip.querySelector("input");
    if (isAbsent && box.checked) {
      box.checked = false;
      chip.dataset.hadSpoken = "";
    } else if (!isAbsent && "hadSpoken" in chip.dataset) {
      box.checked = true;
      delete chip.dataset.hadSpoken;
    }
    chip.hidden = isAbsent;
  }

  form.addEventListener("change", show);
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-called]");
    if (!row || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const isRadio = event.target.type === "radio";
    const step = event.key === "Enter" || (isRadio && event.key === "ArrowDown") ? 1 : isRadio && event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault(); // Enter would send the form
      const next = rows[rows.indexOf(row) + step];
      if (next) (chosen(next) || next.querySelector("input[type=radio]")).focus();
    } else if (isRadio && event.key === " ") {
      event.preventDefault();
      const other = row.querySelector(`input[value="${chosen(row)?.value === "PRESENT" ? "EXCUSED" : "PRESENT"}"]`);
      if (!other) return;
      other.checked = true;
      other.focus();
      other.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  show();
}
