"use strict";
/* The whole of the workspace's own script. Every page works without it, only less smoothly. */

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach(function (menu) {
    if (menu !== except) menu.open = false;
  });
}

/* The theme changes at once; the cookie is set by the server in the background. */
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  var body = new FormData(form, event.submitter);
  document.documentElement.dataset.theme = event.submitter.value;
  fetch(form.action, { method: "POST", body: body, redirect: "manual" });
});

/* A form is sent once, however often its button is pressed. */
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(function () { delete form.dataset.sent; }, 4000);
});

document.addEventListener("click", function (event) {
  closeMenus(event.target.closest("details.menu"));
  var choice = event.target.closest("[data-show]");
  if (choice) {
    var card = choice.closest(".card");
    card.querySelectorAll("[data-show]").forEach(function (one) {
      one.setAttribute("aria-pressed", String(one === choice));
    });
    card.querySelectorAll("[data-part]").forEach(function (part) {
      part.hidden = part.dataset.part !== choice.dataset.show;
    });
  }
});

document.addEventListener("keydown", function (event) {
  var typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
  if (event.key === "Escape") {
    var menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  var search = document.getElementById("search");
  var palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (search && (palette || (event.key === "/" && !typing))) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

/* Fields that send their form when they change, such as filters and what-if. */
document.addEventListener("change", function (event) {
  var field = event.target.closest("[data-sends]");
  if (field) field.form.requestSubmit();
});

/* A slider and the number beside it say the same. */
document.addEventListener("input", function (event) {
  var pair = event.target.dataset.pair;
  if (!pair) return;
  var other = document.getElementById(pair);
  if (other) {
    other.value = event.target.value;
    if (event.target.type === "range") other.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

/* Choosing rows of a list shows what can be done with them. */
document.addEventListener("change", function (event) {
  if (!event.target.matches("[data-row], [data-all-rows]")) return;
  var form = event.target.closest("form");
  var rows = Array.prototype.slice.call(form.querySelectorAll("[data-row]"));
  var all = form.querySelector("[data-all-rows]");
  if (event.target === all) rows.forEach(function (row) { row.checked = all.checked; });
  var chosen = rows.filter(function (row) {
    row.closest("tr").classList.toggle("is-chosen", row.checked);
    return row.checked;
  }).length;
  all.checked = chosen === rows.length;
  all.indeterminate = chosen > 0 && chosen < rows.length;
  var bar = form.querySelector("[data-chosen-bar]");
  bar.hidden = chosen === 0;
  bar.querySelector("[data-chosen]").textContent = chosen;
});
