-- Events of 1 KiB, each with an id that no other request has, random as a UUID is: wrk -s unique.lua URL -- SEED
local rest

function init(arguments)
  math.randomseed(tonumber(arguments[1]) or 1)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-Api-Key"] = os.getenv("GCSYNC_RECEIVER_SECRET")
  local head = '","eventType":"conversation:start","data":{"conversationId":"0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11",'
    .. '"mediaType":"VOICE","direction":"INBOUND","attempts":1,"participants":[{"id":"c","purpose":"customer"},'
    .. '{"id":"a","purpose":"agent"}],"note":"'
  rest = head .. string.rep("x", 1024 - #head - 47) .. '"}}'
end

local function digits(count)
  return string.format("%0" .. count .. "x", math.random(0, 16 ^ count - 1))
end

function request()
  local id = digits(8) .. "-" .. digits(4) .. "-4" .. digits(3) .. "-8" .. digits(3) .. "-" .. digits(6) .. digits(6)
  return wrk.format(nil, nil, nil, '{"id":"' .. id .. rest)
end
