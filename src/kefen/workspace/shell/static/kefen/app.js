"use strict";
/* The whole of the workspace's own script. Every page works without it, only less smoothly. */
document.documentElement.classList.add("scripted");

/* On narrow screens the sections stand in one line: the one that is open is scrolled to. */
(function () {
  var here = document.querySelector(".navigation [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "nearest" });
}());

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach(function (menu) {
    if (menu !== except) menu.open = false;
  });
}

/* The theme changes at once; the server sets the cookie in the background, whatever page comes. */
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  var body = new FormData(form, event.submitter);
  document.documentElement.dataset.theme = event.submitter.value;
  fetch(form.action, { method: "POST", body: body, redirect: "manual", keepalive: true });
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
  if (search && event.key === "/" && !typing) {
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
function showChosen(form) {
  var rows = Array.prototype.slice.call(form.querySelectorAll("[data-row]"));
  var all = form.querySelector("[data-all-rows]");
  var matching = form.querySelector("[data-all-matching]");
  var bar = form.querySelector("[data-chosen-bar]");
  var chosen = rows.filter(function (row) {
    row.closest("tr").classList.toggle("is-chosen", row.checked || matching.checked);
    return row.checked;
  }).length;
  all.checked = rows.length > 0 && chosen === rows.length;
  all.indeterminate = chosen > 0 && chosen < rows.length;
  if (chosen === 0) matching.checked = false;
  bar.hidden = chosen === 0;
  bar.querySelector("[data-chosen]").textContent = matching.checked ? matching.value : chosen;
}
document.addEventListener("change", function (event) {
  if (!event.target.matches("[data-row], [data-all-rows], [data-all-matching]")) return;
  var form = event.target.closest("form");
  if (event.target.matches("[data-all-rows]")) {
    form.querySelectorAll("[data-row]").forEach(function (row) { row.checked = event.target.checked; });
  }
  showChosen(form);
});
/* Back in the browser keeps the ticks of a page, but not what they showed. */
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form [data-chosen-bar]").forEach(function (bar) { showChosen(bar.closest("form")); });
});

/* Narrowing a long menu of fields by a word. */
document.addEventListener("input", function (event) {
  if (!event.target.matches("[data-narrows]")) return;
  var word = event.target.value.trim().toLowerCase();
  event.target.form.querySelectorAll("[data-narrowed]").forEach(function (one) {
    one.hidden = word !== "" && one.dataset.narrowed.toLowerCase().indexOf(word) < 0;
  });
  event.target.form.querySelectorAll("[data-narrowed-group]").forEach(function (group) {
    group.hidden = !group.querySelector("[data-narrowed]:not([hidden])");
  });
});

/* The palette: Ctrl or Cmd and K, arrows, Enter. The field keeps the focus throughout. */
(function () {
  var palette = document.getElementById("palette");
  if (!palette || !palette.showModal) return;
  var words = document.getElementById("palette-words");
  var list = document.getElementById("palette-found");
  function options() { return Array.prototype.slice.call(list.querySelectorAll("[role=option]:not([aria-disabled])")); }
  function choose(place) {
    var all = options();
    all.forEach(function (one, n) { one.setAttribute("aria-selected", String(n === place)); });
    if (!all[place]) { words.removeAttribute("aria-activedescendant"); return; }
    words.setAttribute("aria-activedescendant", all[place].id);
    all[place].scrollIntoView({ block: "nearest" });
  }
  function open() {
    if (palette.open) return;
    closeMenus(null);
    palette.showModal();
    words.focus();
    words.select();
    words.dispatchEvent(new Event("palette"));
  }
  document.addEventListener("keydown", function (event) {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-palette]")) open();
    var found = event.target.closest("[data-address]");
    if (found) location.assign(found.dataset.address);
    if (event.target === palette) palette.close();
  });
  list.addEventListener("htmx:afterSwap", function () { choose(0); });
  /* What was found for other words is not meant any more: Enter searches the list then. */
  words.addEventListener("input", function () { choose(-1); });
  words.addEventListener("keydown", function (event) {
    if (event.isComposing) return;  // Enter settles what is typed in Chinese
    var all = options();
    var now = all.findIndex(function (one) { return one.getAttribute("aria-selected") === "true"; });
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (all.length) choose((now + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length);
    } else if (event.key === "Enter" && all[now]) {
      event.preventDefault();
      location.assign(all[now].dataset.address);
    }
  });
}());

document.addEventListener("click", function (event) {
  if (event.target.closest("[data-print]")) window.print();
});

/* A page that waits for work in the background looks again by itself. */
if (document.querySelector("[data-reloads]")) setTimeout(function () { location.reload(); }, 2000);
