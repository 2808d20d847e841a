// What seekctl reads: standard input and files, each with a limit.
//
// Blocking; one thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <istream>
#include <string>

#include "policy/result.h"

namespace seekd::ctl {

// Errors: too_large, io; `name` is what the message calls it.
Result<std::string> read_all(std::istream& input, std::size_t bytes_max, const std::string& name);

// "-" is standard input. Errors: not_found too.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

// The next line without its line break; false at the end, or where reading fails: check_read()
// tells which. Of a line over the limit one byte more than `bytes_max` is kept, so that the caller
// can tell.
bool read_line(std::istream& input, std::size_t bytes_max, std::string& line);

// Errors: io (a read failed; `name` is what the message calls the input).
Status check_read(const std::istream& input, const std::string& name);

}  // namespace seekd::ctl
