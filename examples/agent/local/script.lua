-- What the local model has in mind: it counts vowels, wrongly at first, as models do. It knows nothing but the conversation.

local WRONG = [[
return function(text)
  local _, count = text:gsub("[aeiou]", "")
  return count
end]]
local RIGHT = [[
return function(text)
  local _, count = text:lower():gsub("[aeiou]", "")
  return count
end]]
local SAMPLE = "AEIOU xyz"

local function try(code) return { name = "try_tool", input = { code = code, input = SAMPLE } } end

--- question: the text of the user; results: what tools gave so far, the newest last, each { name =, text =, is_error = }.
--- → what the model says, and the tool it wants, if any
local function answer(question, results)
  local subject = question:match('"(.-)"') or question
  local last = results[#results]
  if not last then return "I have no tool for that. I write one, and try it before I keep it.", try(WRONG) end
  if last.is_error then return "I may not do that: " .. last.text end
  if last.name == "try_tool" and last.text ~= "5" then return "Capital letters are vowels too.", try(RIGHT) end
  if last.name == "try_tool" then
    return "That is right. I keep it.", { name = "save_tool", input = { name = "vowels", description = "counts vowels", code = RIGHT } }
  end
  if last.name == "save_tool" then return "", { name = "use_tool", input = { name = "vowels", input = subject } } end
  return string.format('There are %s vowels in "%s".', last.text, subject)
end

return { answer = answer }
