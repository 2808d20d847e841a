// KeysFile: the file of API keys that seekd reads as access.keys_file, as it is changed: under a
// lock, and as a whole, so that whoever reads it sees all of a change or nothing.
//
// Blocking; one thread. The lock is the file's own (flock(2)): who waits for it while the file is
// replaced begins anew with the new one. Comments and lines that stay are kept as they are; so are
// the file's owner, group and mode.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fetcher/sandbox/descriptor.h"
#include "policy/api_key.h"
#include "policy/result.h"

namespace seekd::ctl {

class KeysFile {
 public:
  // What is done with a file that is not there.
  enum class Missing { refused, created };

  // Errors: not_found, io, with what to do.
  static Result<KeysFile> open(const std::filesystem::path& file, Missing missing);

  // Errors: invalid_argument (a line that is none), too_large, io.
  Result<std::vector<policy::ApiKey>> keys() const;

  // Errors: io.
  Status add(const std::string& line);

  // Takes out the lines of the keys that are `unwanted`. Gives those keys. Errors: as of keys().
  Result<std::vector<policy::ApiKey>> remove(
      const std::function<bool(const policy::ApiKey&)>& unwanted);

 private:
  KeysFile(std::filesystem::path file, fetcher::Descriptor opened)
      : file_(std::move(file)), opened_(std::move(opened)) {}

  Result<std::string> text() const;
  Status replace(const std::string& text);

  std::filesystem::path file_;  // behind all symbolic links
  fetcher::Descriptor opened_;  // locked
};

}  // namespace seekd::ctl
