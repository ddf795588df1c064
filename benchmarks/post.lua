-- Posts the lines of the file that LEADS names, one in each request, again and again.
local requests, next = {}, 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
init = function()
  for line in io.lines(os.getenv("LEADS")) do requests[#requests + 1] = wrk.format(nil, nil, nil, line) end
end
request = function()
  next = next % #requests + 1
  return requests[next]
end
