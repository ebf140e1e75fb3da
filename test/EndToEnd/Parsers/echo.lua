-- Says how Apache reads a request, in the same words as the other two servers.
function handle(r)
  local lines = {
    'method ' .. r.method, 'path ' .. r.uri, 'query ' .. (r.args or ''),
    'host ' .. (r.headers_in['Host'] or ''),
  }
  for name in os.getenv('ECHO_HEADERS'):gmatch('[^,]+') do
    lines[#lines + 1] = name .. ' ' .. (r.headers_in[name] or '')
  end
  r.content_type = 'text/plain'
  r:puts(table.concat(lines, '\n'))
  return apache2.OK
end
