-- wrk -s wrk.lua URL -- AUTHORIZATION EXPECTED FILE
--
-- Posts lines of FILE, each a form, in random order. An answer is right if it is 200 and holds EXPECTED;
-- with an empty EXPECTED only the status is looked at, which wrk does by itself at no cost.
-- Ends with one line: rate, p50 and p99 in milliseconds, answers, wrong answers.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("seed", #threads)
end

function init(arguments)
  local authorization, file = arguments[1], arguments[3]
  expected, wrong, requests = arguments[2], 0, {}
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  if authorization ~= "" then
    wrk.headers["Authorization"] = authorization
  end
  for form in io.lines(file) do
    requests[#requests + 1] = wrk.format(nil, nil, nil, form)
  end
  math.randomseed(os.time() + seed)
  if expected == "" then
    response = nil
  end
end

function request()
  return requests[math.random(#requests)]
end

function response(status, _, body)
  if status ~= 200 or not body:find(expected, 1, true) then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write
  bad = bad + summary.errors.timeout
  local checked = 0
  for _, thread in ipairs(threads) do
    checked = checked + thread:get("wrong")
  end
  -- A wrong status is in both counts.
  bad = bad + math.max(checked, summary.errors.status)
  local seconds = summary.duration / 1e6
  io.write(string.format("\nresult %.0f %.2f %.2f %d %d\n", summary.requests / seconds,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.requests, bad))
end
