"use strict";
/* Dragging a card to another stage sends the same form that its buttons send. */
(function () {
  var card = null;
  function stageOf(event) {
    return card ? event.target.closest("[data-stage]") : null;
  }
  document.addEventListener("dragstart", function (event) {
    card = event.target.closest ? event.target.closest(".board-card") : null;
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    card.classList.add("is-dragged");
  });
  document.addEventListener("dragover", function (event) {
    var stage = stageOf(event);
    document.querySelectorAll(".is-over").forEach(function (one) {
      if (one !== stage) one.classList.remove("is-over");
    });
    if (!stage) return;
    event.preventDefault();
    stage.classList.add("is-over");
  });
  document.addEventListener("dragend", function () {
    if (card) card.classList.remove("is-dragged");
    document.querySelectorAll(".is-over").forEach(function (one) { one.classList.remove("is-over"); });
    card = null;
  });
  document.addEventListener("drop", function (event) {
    var stage = stageOf(event);
    if (!stage) return;
    event.preventDefault();
    var form = card.querySelector("[data-moves]");
    if (form.elements.was.value === stage.dataset.stage) return;
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = "stage";
    field.value = stage.dataset.stage;
    form.appendChild(field);
    form.requestSubmit();
  });
  /* The card that was moved has the focus again, so that keys can move it on. The browser goes to
     the place that the address names first, which takes the focus away. */
  var moved = document.getElementById("moved");
  var button = moved && moved.querySelector("button:last-of-type");
  if (button) window.addEventListener("load", function () {
    requestAnimationFrame(function () { button.focus(); });
  });
})();
