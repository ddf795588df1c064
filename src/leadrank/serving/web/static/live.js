// Follows what changes: the list is fetched anew and told of politely; a lead's page says that there is something newer.
(function () {
  "use strict";
  // What a page asks for by itself does not keep anybody logged in.
  var UNATTENDED = { "x-unattended": "true" };
  var waiting = 0, last = 0, list = function () { return document.getElementById("list"); };
  function scores() {
    var found = {}, past = list() ? Number(list().dataset.past) : 0;
    document.querySelectorAll("#queue > li").forEach(function (row, at) { found[row.dataset.key] = { score: Number(row.dataset.score), at: past + at, row: row }; });
    return found;
  }
  function tell(before, after) {
    var said = [];
    Object.keys(after).forEach(function (key) {
      var now = after[key], then = before[key];
      if (then && now.score <= then.score) return;
      if (!then && now.at > 20) return;
      now.row.classList.remove("heated");
      void now.row.offsetWidth;
      now.row.classList.add("heated");
      said.push(then ? key + " rose from " + then.score + " to " + now.score + ", now in place " + (now.at + 1) : key + " is new in place " + (now.at + 1) + ", score " + now.score);
    });
    if (said.length) window.leadrank.announce(said.slice(0, 3).join(". ") + (said.length > 3 ? " and " + (said.length - 3) + " more." : "."));
  }
  function again() {
    waiting = 0;
    last = Date.now();
    var place = list(), busy = document.activeElement && document.activeElement.closest("#list .panel");
    if (!place || !window.htmx) return;
    if (busy || document.querySelector("#list .htmx-request")) { later(); return; }
    // What was done here meanwhile may have brought it already.
    if (!anyway && !isNewer(known, place.dataset.version)) return;
    anyway = false;
    var before = scores(), top = window.scrollY;
    window.htmx.ajax("GET", place.dataset.again, { source: place, target: "#list", swap: "outerMorph", headers: UNATTENDED }).then(function () {
      window.scrollTo({ top: top, behavior: "instant" });
      tell(before, scores());
    });
  }
  // At once after a quiet moment, and every 0.6 seconds at most while much happens.
  function later() { if (!waiting) waiting = window.setTimeout(again, Math.max(50, 600 - (Date.now() - last))); }
  // The team's clock, or the visitor's own where the browser does not know the team's zone.
  function clock(moment, zone) {
    var form = { hour: "2-digit", minute: "2-digit" };
    try { return new Date(moment).toLocaleTimeString([], Object.assign({ timeZone: zone }, form)); } catch (unknown) { return new Date(moment).toLocaleTimeString([], form); }
  }
  // Where nothing was heard for a while, the page says since when; what it missed, it asks for as soon as it is back.
  function admit(lost) {
    var place = document.getElementById("not-live");
    if (!place || place.hidden === !lost) return;
    if (lost) place.querySelector("b").textContent = "Not live since " + clock(lost, place.dataset.zone) + ".";
    place.hidden = !lost;
    window.leadrank.announce(lost ? place.textContent.trim() : "Live again.");
  }
  function look() {
    var watched = document.querySelector("[data-watch]"), newer = document.getElementById("newer");
    if (!watched || !newer) return;
    fetch("/app/leads/" + encodeURIComponent(watched.dataset.watch) + "/stamp", { headers: UNATTENDED, credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (stamp) { if (stamp && stamp !== watched.dataset.stamp) newer.hidden = false; }, function () {});
  }
  // Of two versions the one whose first differing number is greater is newer. The list may know of changes that the stream had no reason to tell of.
  function isNewer(version, than) {
    var own = version.split("."), other = than.split(".");
    for (var k = 0; k < own.length; k++) if (own[k] !== other[k]) return Number(own[k]) > Number(other[k]);
    return false;
  }
  var known = null, missed = false, anyway = false;
  window.leadrank.follow(function (state) {
    admit(state.lost);
    if (state.lost) { missed = true; return; }
    var back = missed, before = list() ? list().dataset.version : known;
    missed = false;
    known = state.version;
    if (!back && (before === null || !isNewer(known, before))) return;
    anyway = anyway || back;
    if (list()) later(); else look();
  });
})();
