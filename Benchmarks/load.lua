-- For wrk: sends requests that were written beforehand.
--
--   wrk … -s load.lua URL -- FILE SIZE COUNT THREADS once|again
--
-- FILE holds COUNT whole requests of SIZE bytes each; every thread takes a share of its own, and at its end stops, or begins
-- again.

local started = 0

function setup(thread)
   thread:set("number", started)
   started = started + 1
end

function init(arguments)
   size = tonumber(arguments[2])
   local count, threads = tonumber(arguments[3]), tonumber(arguments[4])
   share = math.floor(count / threads)
   file = assert(io.open(arguments[1], "rb"))
   file:seek("set", number * share * size)
   left = share
   again = arguments[5] == "again"
end

function request()
   if left == 0 then
      file:seek("set", number * share * size)
      left = share
      if not again then wrk.thread:stop() end
   end
   left = left - 1
   return file:read(size)
end
