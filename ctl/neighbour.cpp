#include "ctl/neighbour.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace seekd::ctl {

Error become(const std::string& program, const std::vector<std::string>& arguments) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path path = self.parent_path() / program;
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  return {ErrorCode::unavailable, "'" + path.string() + "' cannot be started (" +
                                      std::strerror(errno) + "): install it beside seekctl"};
}

}  // namespace seekd::ctl
