#include "ctl/temporary_folder.h"

#include <string>
#include <system_error>

#include <stdlib.h>

namespace seekd::ctl {

Result<TemporaryFolder> TemporaryFolder::create(std::string_view prefix) {
  std::string name =
      (std::filesystem::temp_directory_path() / (std::string(prefix) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorCode::io, "cannot make a folder '" + name + "': set TMPDIR to one of yours");
  }
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace seekd::ctl
