// Copy buttons, one press where two were made, and a search among many choices. Every page works without this file.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// A second press while the first is on its way does nothing.
let sent = -Infinity;
addEventListener("submit", (event) => {
  if (event.timeStamp - sent < 5000) event.preventDefault();
  else sent = event.timeStamp;
});
addEventListener("pageshow", () => { sent = -Infinity; });

// A box that finds some of many choices.
for (const field of document.querySelectorAll("[data-filter]")) {
  field.hidden = false;
  const input = field.querySelector("input");
  const list = document.getElementById(field.dataset.filter);
  const choices = list.querySelectorAll(".choice");
  // Whoever searches has not done with the form around it.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const choice of choices) choice.hidden = !choice.textContent.toLowerCase().includes(wanted);
    list.hidden = [...choices].every((choice) => choice.hidden);
    field.querySelector("[role=status]").textContent = list.hidden ? field.dataset.none : "";
  });
}
