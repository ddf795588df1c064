// The call list by keyboard. Letters count only while the focus is within the list, so that they disturb no other use of the keys.
(function () {
  "use strict";
  var acts = { c: "c", w: "w", l: "l", m: "m" };
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("#queue > li")); }
  function focus(row) { if (row) { row.querySelector(".key").focus(); row.scrollIntoView({ block: "nearest" }); } }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest) return;
    if (event.target.closest("input, select, textarea, .panel")) return;
    var undo = event.key === "u" && (event.target === document.body || event.target.closest("#list")) && document.querySelector("[data-undo]");
    if (undo) { event.preventDefault(); undo.click(); return; }
    var row = event.target.closest("#queue > li"), all = rows();
    if (!row) {
      // The arrows lead into the list from the page itself, never out of a field.
      if (event.key === "ArrowDown" && event.target === document.body && all.length) { event.preventDefault(); focus(all[0]); }
      return;
    }
    var at = all.indexOf(row), step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); focus(all[Math.min(Math.max(at + step, 0), all.length - 1)]); return; }
    if (event.key === "Home" || event.key === "End") { event.preventDefault(); focus(event.key === "Home" ? all[0] : all[all.length - 1]); return; }
    var button = acts[event.key] && row.querySelector("[data-act=" + acts[event.key] + "]");
    if (button) { event.preventDefault(); button.click(); }
  });
  // After an act the row may be gone, or far below: the focus goes to the one that took its place.
  var place = 0, acted = null, shown = 0;
  document.addEventListener("submit", function (event) {
    var row = event.target.closest("#queue > li");
    acted = row && { key: row.dataset.key, at: rows().indexOf(row) };
  });
  document.addEventListener("htmx:before:swap", function () {
    var row = document.activeElement && document.activeElement.closest("#queue > li");
    place = row ? rows().indexOf(row) : -1;
    shown = document.activeElement && document.activeElement.closest("[data-more]") ? rows().length : 0;
  });
  document.addEventListener("htmx:after:swap", function () {
    var all = rows(), done = acted;
    acted = null;
    if (shown && all.length > shown) { focus(all[shown]); return; }
    if (done) {
      var next = all[Math.min(done.at, all.length - 1)];
      if (next && next.dataset.key !== done.key) focus(next);
      return;
    }
    if (place < 0 || (document.activeElement && document.activeElement !== document.body)) return;
    focus(all[Math.min(place, all.length - 1)]);
  });
})();
