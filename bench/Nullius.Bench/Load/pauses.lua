-- Requests that come one by one: between two of its requests a connection pauses for a random time, on average the
-- milliseconds in the first argument.

function wrk.resolve(host, service)
  wrk.addrs = wrk.lookup("127.0.0.1", service)
end

function init(arguments)
  math.randomseed(os.time())
  mean = tonumber(arguments[1])
end

function delay()
  return math.floor(2 * mean * math.random() + 0.5)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("median %d failed %d\n", latency:percentile(50), failed))
end
