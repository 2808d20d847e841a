#include "ctl/input.h"

#include <fstream>
#include <iostream>

namespace seekd::ctl {

Result<std::string> read_all(std::istream& input, std::size_t bytes_max, const std::string& name) {
  std::string text;
  std::string part(64 << 10, '\0');
  while (input.read(part.data(), static_cast<std::streamsize>(part.size())) || input.gcount() > 0) {
    text.append(part, 0, static_cast<std::size_t>(input.gcount()));
    if (text.size() > bytes_max) {
      return fail(ErrorCode::too_large,
                  name + " is larger than " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (input.bad()) return fail(ErrorCode::io, name + " cannot be read");
  return text;
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  if (path == "-") return read_all(std::cin, bytes_max, "standard input");
  const std::string name = "'" + path.string() + "'";
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(ErrorCode::invalid_argument, name + " is a folder: name a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorCode::not_found, name + " cannot be opened: name a file that you may read");
  return read_all(file, bytes_max, name);
}

bool read_line(std::istream& input, std::size_t bytes_max, std::string& line) {
  line.clear();
  std::streambuf& buffer = *input.rdbuf();
  for (int c = buffer.sbumpc(); c != std::char_traits<char>::eof(); c = buffer.sbumpc()) {
    if (c == '\n') return true;
    if (line.size() <= bytes_max) line += static_cast<char>(c);
  }
  return !line.empty();
}

}  // namespace seekd::ctl
