// One written value to one typed one, within its limits: numbers, quantities, paths, addresses of
// sockets.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/value.h"
#include "policy/result.h"

namespace seekd::config {

template <class T>
struct Limits {
  T least;
  T most;
};

Result<bool> read_flag(const Value& value);
Result<std::uint64_t> read_count(const Value& value, Limits<std::uint64_t> limits);
Result<std::uint64_t> read_bytes(const Value& value, Limits<std::uint64_t> limits);
Result<std::chrono::milliseconds> read_duration(const Value& value,
                                                Limits<std::chrono::milliseconds> limits);

// A string without control characters.
Result<std::string> read_text(const Value& value);
Result<std::vector<Value>> read_list(const Value& value);

Result<std::filesystem::path> read_absolute_path(const Value& value);
Result<std::filesystem::path> read_optional_path(const Value& value);  // "" or absolute
Result<std::filesystem::path> read_path_or_none(const Value& value);   // "", "none" or absolute
Result<std::filesystem::path> read_model_path(const Value& value);     // "", absolute, or a name
Result<std::filesystem::path> read_socket_path(const Value& value);    // fits sockaddr_un

Result<std::string> read_hub(const Value& value);         // "https://HOST[:PORT]", canonical
Result<std::string> read_user_agent(const Value& value);  // product[/version], RFC 9110 §10.1.5
Result<std::vector<std::string>> read_dns_servers(const Value& value);
Result<std::vector<std::string>> read_content_types(const Value& value);
Result<Device> read_device(const Value& value);
Result<Quantization> read_quantization(const Value& value);
Result<Speculation> read_speculation(const Value& value);
Result<std::optional<std::chrono::year_month>> read_month(const Value& value);  // "" or "2024-07"
Result<ModelAsked> read_model_asked(const Value& value);
Result<AuditedText> read_audited_text(const Value& value);
Result<AuditFailure> read_audit_failure(const Value& value);
Result<std::vector<SandboxMechanism>> read_mechanisms(const Value& value);

struct HostPort {
  std::string_view host;  // without brackets
  std::string_view port;  // "" when there is none
};

// "1.2.3.4", "1.2.3.4:53", "::1", "[::1]:53"
HostPort split_port(std::string_view text);

// "1" to "65535", without sign or leading zero.
Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace seekd::config
