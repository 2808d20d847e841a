// The files that `seekctl import` takes of the paths it is given, and those it leaves alone.
//
// Looks at names and sizes, and opens nothing. Symbolic links are never followed below a path that
// is named: a link out of the folder, or round in a circle, is left alone. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::ctl {

inline constexpr std::uint64_t import_file_bytes_max = 16 << 20;  // as what is read of the web

// Why a file or a folder is left alone.
enum class Skip : std::uint8_t {
  hidden,         // its name begins with '.'
  symbolic_link,  // named by itself it would be followed
  not_a_file,     // a device, a socket, a pipe
  empty,
  too_large,
  unreadable,   // a folder, or what is in it, is closed to this account
  not_readable  // its bytes are of no format that is read: an image, a program
};
std::string_view to_string(Skip skip);

struct ImportFile {
  std::filesystem::path path;
  std::string place;  // the last name of the path that was given, and what is below it
  std::uint64_t bytes = 0;
};

struct SkippedFile {
  std::filesystem::path path;
  std::string place;  // as above
  Skip reason = Skip::hidden;
};

struct ImportList {
  std::vector<ImportFile> files;  // by place
  std::vector<SkippedFile> skipped;
  std::vector<std::string> folders;  // places of the folders that were given
  std::uint64_t bytes = 0;
};

enum class HiddenFiles : std::uint8_t { skipped, taken };

// Errors: not_found (a path that is not there), invalid_argument (two paths with the same last
// name, or with none), too_large (more files than one import takes).
Result<ImportList> list_files(const std::vector<std::filesystem::path>& paths, HiddenFiles hidden);

}  // namespace seekd::ctl
