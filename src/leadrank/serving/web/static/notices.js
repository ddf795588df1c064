// Says what went wrong when a part of a page could not be fetched, and what has changed to those who listen.
(function () {
  "use strict";
  var told = "";
  function toast(words) {
    var place = document.getElementById("toast");
    if (!place) return;
    place.textContent = words;
    window.clearTimeout(toast.timer);
    toast.timer = window.setTimeout(function () { place.textContent = ""; }, 8000);
  }
  function announce(words) {
    var place = document.getElementById("announce");
    if (place) place.textContent = words;
  }
  document.addEventListener("htmx:response:error", function (event) {
    var status = event.detail && event.detail.ctx && event.detail.ctx.response && event.detail.ctx.response.status;
    if (status >= 500) toast("The server could not do this just now. Nothing was lost; try again.");
  });
  document.addEventListener("htmx:error", function () { toast("The server could not be reached. Check the connection and try again."); });
  document.addEventListener("htmx:after:swap", function () {
    var said = document.getElementById("said");
    // A list that is fetched anew says the same once more.
    if (said && said.textContent.trim() !== told) announce(said.textContent.trim());
    told = said ? said.textContent.trim() : "";
  });
  // A form is sent once: what was clicked cannot be clicked again until there is an answer.
  var sent = new WeakMap();
  function release(form) {
    var was = form && sent.get(form);
    if (!was) return;
    sent.delete(form);
    form.querySelectorAll("button").forEach(function (button) { button.disabled = false; });
    if (was.isConnected && document.activeElement === document.body) was.focus();
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (sent.has(form)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    sent.set(form, document.activeElement);
    // Not at once: a button that is disabled would not be part of what is sent.
    window.setTimeout(function () { if (sent.has(form)) form.querySelectorAll("button").forEach(function (button) { button.disabled = true; }); });
    window.setTimeout(release, 10000, form);
  }, true);
  document.addEventListener("htmx:finally:request", function (event) { release(event.detail && event.detail.ctx && event.detail.ctx.sourceElement); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) document.querySelectorAll("form").forEach(release); });
  // Back to a form that was refused, with what was typed into it: a link would open it anew.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-back]");
    if (link && window.history.length > 1) { event.preventDefault(); window.history.back(); }
  });
  // A menu closes with Escape, and gives the focus back.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var menu = event.target.closest && event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  window.leadrank = { toast: toast, announce: announce };
})();
