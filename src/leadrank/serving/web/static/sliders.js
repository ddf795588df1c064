// A slider and the number beside it are one thing; the number is what is sent.
(function () {
  "use strict";
  document.querySelectorAll("input[data-twin]").forEach(function (slider) {
    var number = document.getElementById(slider.dataset.twin);
    slider.addEventListener("input", function () { number.value = slider.max > 400 ? Math.round(slider.value) : Math.round(slider.value * 100) / 100; });
    number.addEventListener("input", function () { if (number.value) slider.value = number.value; });
  });
})();
