/* The sitting's page beside the roll call: places for the words of those who spoke, and the counts that follow from the taps. */
"use strict";
{
  const chips = [...document.querySelectorAll("[data-speaker]")];
  const show = () => {
    let spoke = 0;
    for (const chip of chips) {
      const tapped = chip.querySelector("input").checked;
      if (tapped) spoke += 1;
      const place = document.querySelector(`[data-opinion="${chip.dataset.speaker}"]`);
      if (place) place.hidden = !tapped && !place.querySelector("textarea").value;
    }
    for (const place of document.querySelectorAll("[data-spoke-count]")) place.textContent = spoke;
    const officials = document.querySelectorAll("[data-votes] input[value=PRESENT]:checked").length;
    for (const place of document.querySelectorAll("[data-officials-count]")) place.textContent = officials;
  };
  document.addEventListener("change", show);
  show();
}
