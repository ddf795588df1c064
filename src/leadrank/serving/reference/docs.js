// Shows the API's own description with Swagger UI; an unsafe request of somebody who is logged in brings the session's token.
window.addEventListener("load", function () {
  var csrf = fetch("/session", { credentials: "same-origin" }).then(function (answer) { return answer.ok ? answer.json() : { csrf: "" }; });
  window.SwaggerUIBundle({
    url: "/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null,
    requestInterceptor: function (request) {
      return csrf.then(function (told) {
        if (told.csrf && request.method && request.method !== "GET") request.headers["x-csrf-token"] = told.csrf;
        return request;
      });
    },
  });
});
