// A file may be dropped anywhere on the frame; the form sends it as it would any other.
(function () {
  "use strict";
  document.querySelectorAll("[data-drop]").forEach(function (frame) {
    var input = frame.querySelector("input[type=file]");
    ["dragenter", "dragover"].forEach(function (name) { frame.addEventListener(name, function (event) { event.preventDefault(); frame.classList.add("over"); }); });
    ["dragleave", "drop"].forEach(function (name) { frame.addEventListener(name, function () { frame.classList.remove("over"); }); });
    frame.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
    frame.closest("form").addEventListener("submit", function (event) {
      var busy = event.target.querySelector("[data-busy]");
      if (busy) busy.hidden = false;
    });
  });
})();
