// A file with a secret, read once, before the sandbox: nobody may read it but those who have to.
//
// Errors: not_found, invalid_argument (also permissions, with the remedy), too_large, io; none
// holds anything of what stands in it.
#pragma once

#include <filesystem>
#include <string>

#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t secret_file_bytes_max = 64 * 1024;

// `option` names the file in errors. The file may be read by its owner, who is root or this
// process's user, and by root's or this process's group; by nobody else.
Result<std::string> read_secret_file(const std::filesystem::path& file, const std::string& option);

// One line of it, and nothing else: printable ASCII, short enough for a header field
// (RFC 9110 §5.5: it cannot end one). Errors: as above; invalid_argument of another content.
Result<std::string> read_secret_line(const std::filesystem::path& file, const std::string& option);

// The file that is configured; where there is none, and systemd has brought the credential of that
// name (systemd.exec(5), LoadCredential=): that one. `folder`: what $CREDENTIALS_DIRECTORY says, ""
// where it is not set.
std::filesystem::path configured_or_credential(const std::filesystem::path& configured,
                                               const std::filesystem::path& folder,
                                               const std::string& credential);

}  // namespace seekd::fetcher
