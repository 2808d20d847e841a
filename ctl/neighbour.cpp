#include "ctl/neighbour.h"

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace seekd::ctl {

std::filesystem::path neighbour(const std::string& program) {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / program;
}

Error become(const std::string& program, const std::vector<std::string>& arguments) {
  const std::filesystem::path path = neighbour(program);
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  return {ErrorCode::unavailable, "'" + path.string() + "' cannot be started (" +
                                      std::strerror(errno) + "): install it beside seekctl"};
}

}  // namespace seekd::ctl
