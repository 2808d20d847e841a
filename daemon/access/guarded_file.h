// Files that say who may ask: read whole, and only where nobody else could have written them.
//
// Blocking; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "policy/result.h"

namespace seekd::daemon {

enum class Secrecy : std::uint8_t {
  open,    // anybody may read it: hashes, public keys
  secret,  // nobody but its owner, and the group of root or of this process
};

inline constexpr std::size_t guarded_file_bytes_max = 4 << 20;

// `option` begins the messages. Errors: not_found, io, too_large, invalid_argument (somebody else
// owns it, or may write or read it), each with the remedy.
Result<std::string> read_guarded_file(const std::filesystem::path& file, std::string_view option,
                                      Secrecy secrecy);

}  // namespace seekd::daemon
