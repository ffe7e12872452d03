-- One event per request, 1 KiB each, with an id that no other request of any run has: wrk -s unique.lua URL -- RUN
local run, count, rest

function init(arguments)
  run = arguments[1] or "run"
  count = 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-Api-Key"] = os.getenv("GCSYNC_RECEIVER_SECRET")
  rest = '","eventType":"conversation:start","data":{"conversationId":"0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11",'
    .. '"mediaType":"VOICE","direction":"INBOUND","queueName":"Support","attempts":1,"note":"'
end

function request()
  count = count + 1
  local head = string.format('{"id":"%s-%08d', run, count)
  local body = head .. rest
  body = body .. string.rep("x", 1024 - #body - 3) .. '"}}'
  return wrk.format(nil, nil, nil, body)
end
