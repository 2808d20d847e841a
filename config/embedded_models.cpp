#include "config/embedded_models.h"

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace seekd::config {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  std::vector<fs::path> folders;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.parent_path().parent_path() / "share/seekd/models");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') {
    folders.push_back(fs::path(cache) / "seekd/models");
  } else if (home != nullptr) {
    folders.push_back(fs::path(home) / ".cache/seekd/models");
  }
  return folders;
}

}  // namespace

Result<fs::path> find_embedded(std::string_view name) {
  std::string looked_at;
  for (const fs::path& folder : folders()) {
    std::error_code error;
    if (fs::exists(folder / name, error)) return folder / name;
    looked_at += (looked_at.empty() ? "'" : " nor at '") + (folder / name).native() + "'";
  }
  return fail(ErrorCode::not_found, "the embedded " + std::string(name) + " is not at " +
                                        looked_at + ": run scripts/setup");
}

}  // namespace seekd::config
