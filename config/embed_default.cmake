# Writes OUTPUT, a source file in which seekd::config::default_toml() is the text of the file TEXT.
file(READ "${TEXT}" text)
string(FIND "${text}" ")toml\"" end)
if(NOT end EQUAL -1)
  message(FATAL_ERROR "${TEXT} holds )toml\", which ends the string literal that it becomes")
endif()
file(WRITE "${OUTPUT}" "#include \"config/config.h\"

namespace seekd::config {

std::string_view default_toml() { return R\"toml(${text})toml\"; }

}  // namespace seekd::config
")
