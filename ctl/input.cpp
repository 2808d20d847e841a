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
  if (auto read = check_read(input, name); !read) return std::unexpected(read.error());
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
  char c = 0;
  while (input.get(c)) {  // a failing read throws in the buffer, and ends here as badbit
    if (c == '\n') return true;
    if (line.size() <= bytes_max) line += c;
  }
  return !input.bad() && !line.empty();
}

Status check_read(const std::istream& input, const std::string& name) {
  if (!input.bad()) return {};
  return fail(ErrorCode::io, name + " cannot be read: name a file, or send its text");
}

}  // namespace seekd::ctl
