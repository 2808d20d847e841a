# Writes OUTPUT, a source file in which seekd::daemon::openapi_parts() are the texts of the files PARTS (split by '|').
string(REPLACE "|" ";" parts "${PARTS}")
list(LENGTH parts count)
set(texts "")
foreach(part ${parts})
  file(READ "${part}" text)
  string(FIND "${text}" ")json\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${part} holds )json\", which ends the string literal that it becomes")
  endif()
  string(APPEND texts "    R\"json(${text})json\",\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"daemon/api/openapi_document.h\"

#include <array>

namespace seekd::daemon {

std::span<const std::string_view> openapi_parts() {
  static constexpr std::array<std::string_view, ${count}> parts{
${texts}  };
  return parts;
}

}  // namespace seekd::daemon
")
