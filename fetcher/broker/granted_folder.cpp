#include "fetcher/broker/granted_folder.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace seekd::fetcher {
namespace {

namespace fs = std::filesystem;

bool holds(const fs::path& folder, const fs::path& inner) {
  return std::ranges::mismatch(folder, inner).in1 == folder.end();
}

// `folder` is absolute and without symbolic links.
bool is_shared(const fs::path& folder, std::span<const fs::path> homes) {
  const auto below_root = std::distance(folder.begin(), folder.end()) - 1;
  if (below_root < 2 || folder.parent_path() == "/home") return true;
  return std::ranges::any_of(homes, [&](const fs::path& home) {
    std::error_code ignored;
    return holds(folder, fs::weakly_canonical(home, ignored));
  });
}

}  // namespace

std::vector<fs::path> own_homes(const char* variable) {
  std::vector<fs::path> homes;
  if (variable != nullptr && *variable == '/') homes.emplace_back(variable);
  const passwd* const user = getpwuid(getuid());
  if (user != nullptr && *user->pw_dir == '/') homes.emplace_back(user->pw_dir);
  return homes;
}

Result<fs::path> granted_folder(const fs::path& file, std::span<const fs::path> homes,
                                std::string_view what, std::string_view such_as) {
  std::error_code error;
  fs::path folder = fs::weakly_canonical(fs::absolute(file).parent_path(), error);
  if (!folder.has_filename()) folder = folder.parent_path();  // "/etc/" of "/etc/absent/.."
  if (error) return fail(ErrorCode::io, fmt::format("'{}': {}", file.native(), error.message()));
  if (!is_shared(folder, homes)) return folder;
  return fail(
      ErrorCode::invalid_argument,
      fmt::format("{} '{}' lies in '{}', and the sandbox would be opened for all that is in "
                  "there: move it to a folder of its own, such as {}",
                  what, file.native(), folder.native(), such_as));
}

}  // namespace seekd::fetcher
