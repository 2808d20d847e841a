// The files of an audit log, as they lie in its folder.
//
// Blocking; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"
#include "policy/result.h"

namespace seekd::audit {

inline constexpr std::string_view head_name = "head";
inline constexpr std::string_view key_name = "key";

// Of the file that begins with this record: "audit-000000000017.log".
std::string file_name(std::uint64_t first_record);
// 0: it is none of the log's files.
std::uint64_t first_record_of(const std::filesystem::path& file);

// In the order of their records. Errors: io.
Result<std::vector<std::filesystem::path>> log_files(const std::filesystem::path& folder);

// What the head's file holds, "" where it holds nothing or is not there. Errors: io.
Result<std::string> read_head(const std::filesystem::path& folder);

struct Verified {
  Head head;
  std::size_t files = 0;
  std::size_t torn_bytes = 0;  // of a line that was not finished, at the end
};

// Reads all records and gives each to `each`, which may be nullptr, with its sequence. `key` is the
// log's. Errors: corrupt (the message names file and line: something was changed, taken out, put
// elsewhere, or cut off at the end), not_found (there is no log), io.
Result<Verified> verify(const std::filesystem::path& folder, const Key& key,
                        const std::function<void(const Head&, std::string_view json)>& each);

}  // namespace seekd::audit
