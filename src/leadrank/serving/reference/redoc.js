// Shows the API's own description with ReDoc.
window.addEventListener("load", function () {
  window.Redoc.init("/openapi.json", { hideDownloadButtons: true }, document.getElementById("reference"));
});
