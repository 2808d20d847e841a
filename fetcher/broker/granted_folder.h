// The folder that the broker's sandbox opens for one of its files: the folder, not the file, since
// who edits a file puts another one in its place, and Landlock holds a file by what it is, not by
// its name. All that lies in the folder is opened with it, so it has to be one of its own.
//
// Looks at the file system; any thread.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::fetcher {

// The homes of who runs this program: by the list of users, and by $HOME (`variable`, may be null).
std::vector<std::filesystem::path> own_homes(const char* variable);

// Where `file` lies. `what` names it in the message, `such_as` a good place for it. Errors:
// invalid_argument (the root, a folder directly in it, a home or what holds one: far more than that
// file would be opened).
Result<std::filesystem::path> granted_folder(const std::filesystem::path& file,
                                             std::span<const std::filesystem::path> homes,
                                             std::string_view what, std::string_view such_as);

}  // namespace seekd::fetcher
