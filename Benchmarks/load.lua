-- For wrk: sends requests that were written beforehand, each once. Every one is a new event with a signature of its own.
--
--   wrk … -s load.lua URL -- FILE SIZE COUNT THREADS
--
-- FILE holds COUNT whole requests of SIZE bytes each; every thread takes a share of its own, and stops at its end.

local started = 0

function setup(thread)
   thread:set("number", started)
   started = started + 1
end

function init(arguments)
   size = tonumber(arguments[2])
   local count, threads = tonumber(arguments[3]), tonumber(arguments[4])
   local share = math.floor(count / threads)
   file = assert(io.open(arguments[1], "rb"))
   file:seek("set", number * share * size)
   left = share
end

function request()
   if left == 0 then
      wrk.thread:stop()
      file:seek("set", number * size)
      left = -1
   end
   left = left - 1
   return file:read(size)
end
