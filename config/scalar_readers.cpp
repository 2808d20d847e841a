#include "config/scalar_readers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <sys/un.h>

#include "config/quantity.h"
#include "policy/address.h"
#include "policy/model_files.h"
#include "policy/quoted.h"
#include "policy/url.h"

namespace seekd::config {
namespace {

// In the order of SandboxMechanism.
constexpr std::array<std::string_view, 3> mechanism_names{"landlock", "landlock_tcp", "seccomp"};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

template <class T>
std::optional<std::string> outside(const T& quantity, const Limits<T>& limits, auto to_text) {
  if (quantity < limits.least) return "is below the limit " + to_text(limits.least);
  if (quantity > limits.most) return "is above the limit " + to_text(limits.most);
  return std::nullopt;
}

// Durations and sizes: a string that `parse` reads; a bare number lacks its unit.
template <class T>
Result<T> read_quantity(const Value& value, const Limits<T>& limits, auto parse, auto to_text) {
  if (std::holds_alternative<std::int64_t>(value.data)) {
    return refuse(value, "the unit is missing in " + describe(value));
  }
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  const Result<T> quantity = parse(*text);
  if (!quantity) return refuse(value, quantity.error().message);
  if (const auto problem = outside(*quantity, limits, to_text)) {
    return refuse(value, policy::quoted(*text) + ' ' + *problem);
  }
  return *quantity;
}

// "text/html": two tokens of RFC 9110 §8.3.1, in lower case, without parameters.
Result<std::string> read_content_type(const Value& element) {
  Result<std::string> text = read_text(element);
  if (!text) return text;
  const auto is_foreign = [](char c) {
    const bool token = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+';
    return !token && c != '.';
  };
  const std::size_t slash = text->find('/');
  const bool whole = slash != text->npos && slash != 0 && slash + 1 != text->size();
  if (!whole || std::ranges::count_if(*text, is_foreign) != 1 ||
      text->size() > policy::content_type_bytes_max) {
    return refuse(element, policy::quoted(*text) + " is not a type such as \"text/html\"");
  }
  return text;
}

bool is_product_token(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

}  // namespace

Result<bool> read_flag(const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value.data)) return *flag;
  return refuse(value, describe(value) + " is neither true nor false");
}

Result<std::uint64_t> read_count(const Value& value, Limits<std::uint64_t> limits) {
  const std::int64_t* number = std::get_if<std::int64_t>(&value.data);
  if (number == nullptr) return refuse(value, describe(value) + " is not a whole number");
  if (*number < 0) return refuse(value, describe(value) + " is negative");
  const auto count = static_cast<std::uint64_t>(*number);
  const auto to_text = [](std::uint64_t limit) { return std::to_string(limit); };
  if (const auto problem = outside(count, limits, to_text)) {
    return refuse(value, describe(value) + ' ' + *problem);
  }
  return count;
}

Result<std::uint64_t> read_bytes(const Value& value, Limits<std::uint64_t> limits) {
  return read_quantity(value, limits, parse_bytes, bytes_text);
}

Result<std::chrono::milliseconds> read_duration(const Value& value,
                                                Limits<std::chrono::milliseconds> limits) {
  return read_quantity(value, limits, parse_duration, duration_text);
}

Result<std::string> read_text(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) return refuse(value, describe(value) + " is not a string");
  if (std::ranges::any_of(*text, is_control)) {
    return refuse(value, policy::quoted(*text) + " holds a control character");
  }
  return *text;
}

Result<std::vector<Value>> read_list(const Value& value) {
  constexpr std::size_t elements_max = 10'000;
  const auto* elements = std::get_if<std::vector<Value>>(&value.data);
  if (elements == nullptr) return refuse(value, describe(value) + " is not an array");
  if (elements->size() > elements_max) {
    return refuse(value, "more than " + std::to_string(elements_max) + " entries");
  }
  return *elements;
}

Result<std::filesystem::path> read_optional_path(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (!text->empty() && !text->starts_with('/')) {
    return refuse(value, policy::quoted(*text) + " is a relative path");
  }
  return std::filesystem::path(*text);
}

Result<std::filesystem::path> read_absolute_path(const Value& value) {
  Result<std::filesystem::path> path = read_optional_path(value);
  if (path && path->empty()) return refuse(value, "the path is empty");
  return path;
}

Result<std::filesystem::path> read_path_or_none(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (text && *text == "none") return std::filesystem::path(*text);
  return read_optional_path(value);
}

Result<std::filesystem::path> read_model_path(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (text && policy::is_model_name(*text)) return std::filesystem::path(*text);
  return read_optional_path(value);
}

Result<std::filesystem::path> read_socket_path(const Value& value) {
  Result<std::filesystem::path> path = read_absolute_path(value);
  constexpr std::size_t bytes_max = sizeof(sockaddr_un::sun_path) - 1;
  if (path && path->native().size() > bytes_max) {
    return refuse(value, policy::quoted(path->native()) + " is longer than the " +
                             std::to_string(bytes_max) + " bytes a socket's address holds");
  }
  return path;
}

Result<std::string> read_hub(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return text;
  const Result<policy::Url> url = policy::parse_url(*text);
  if (!url) return refuse(value, url.error().message);
  if (url->target != "/") return refuse(value, policy::quoted(*text) + " has a path");
  return url->origin();
}

Result<std::string> read_user_agent(const Value& value) {
  constexpr std::size_t bytes_max = 256;
  Result<std::string> text = read_text(value);
  if (!text) return text;
  const std::string_view product = std::string_view(*text).substr(0, text->find_first_of("/ "));
  if (!is_product_token(product)) {  // RFC 9309 §2.2.1
    return refuse(value,
                  policy::quoted(*text) + " does not begin with a name of letters, '-' and '_'");
  }
  const bool ascii = std::ranges::all_of(*text, [](char c) { return c >= ' ' && c <= '~'; });
  if (!ascii || text->size() > bytes_max) {
    return refuse(value, policy::quoted(*text) + " is not ASCII of at most 256 bytes");
  }
  return text;
}

Result<std::vector<std::string>> read_dns_servers(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<std::string> servers;
  for (const Value& element : *list) {
    const Result<std::string> text = read_text(element);
    if (!text) return std::unexpected(text.error());
    const HostPort parts = split_port(*text);
    if (!policy::parse_address(parts.host)) {
      return refuse(element, policy::quoted(*text) + " does not name an IP address");
    }
    const bool port_expected = parts.host.size() != text->size();
    if (port_expected && !parse_port(parts.port)) {
      return refuse(element, policy::quoted(*text) + " does not end with a port");
    }
    servers.push_back(*text);
  }
  return servers;
}

Result<std::vector<std::string>> read_content_types(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  if (list->size() > policy::content_types_max) {
    return refuse(value, "more than " + std::to_string(policy::content_types_max) + " types");
  }
  std::vector<std::string> types;
  for (const Value& element : *list) {
    Result<std::string> type = read_content_type(element);
    if (!type) return std::unexpected(std::move(type.error()));
    types.push_back(*std::move(type));
  }
  return types;
}

Result<Device> read_device(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "automatic") return Device::automatic;
  if (*text == "cpu") return Device::cpu;
  if (*text == "cuda") return Device::cuda;
  return refuse(value, policy::quoted(*text) + " is no kind of device");
}

Result<Quantization> read_quantization(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "none") return Quantization::none;
  if (*text == "int8") return Quantization::int8;
  if (*text == "int4") return Quantization::int4;
  return refuse(value, policy::quoted(*text) + " is no quantization");
}

Result<Speculation> read_speculation(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "none") return Speculation::none;
  if (*text == "lookup") return Speculation::lookup;
  return refuse(value, policy::quoted(*text) + " is no way to speculate");
}

Result<std::optional<std::chrono::year_month>> read_month(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return std::nullopt;
  int year = 0;
  unsigned month = 0;
  const char* const end = text->data() + text->size();
  const auto after_year = std::from_chars(text->data(), end, year);
  const bool spelled = text->size() == 7 && year >= 1000 && (*text)[4] == '-' &&
                       after_year.ptr == end - 3 && std::from_chars(end - 2, end, month).ptr == end;
  const auto read = std::chrono::year(year) / std::chrono::month(month);
  if (!spelled || !read.ok()) return refuse(value, policy::quoted(*text) + " is no month");
  return read;
}

Result<ModelAsked> read_model_asked(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "never") return ModelAsked::never;
  if (*text == "automatic") return ModelAsked::automatic;
  if (*text == "always") return ModelAsked::always;
  return refuse(value, policy::quoted(*text) + " is none of them");
}

Result<AuditedText> read_audited_text(const Value& value) {
  const auto text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "whole") return AuditedText::whole;
  if (*text == "masked") return AuditedText::masked;
  if (*text == "digest") return AuditedText::digest;
  if (*text == "none") return AuditedText::none;
  return refuse(value, policy::quoted(*text) + " is none of them");
}

Result<AuditFailure> read_audit_failure(const Value& value) {
  const auto text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "refuse") return AuditFailure::refuse;
  if (*text == "proceed") return AuditFailure::proceed;
  return refuse(value, policy::quoted(*text) + " is none of them");
}

std::string_view to_string(SandboxMechanism mechanism) {
  return mechanism_names[static_cast<std::size_t>(mechanism)];
}

Result<std::vector<SandboxMechanism>> read_mechanisms(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<SandboxMechanism> mechanisms;
  for (const Value& element : *list) {
    const Result<std::string> text = read_text(element);
    if (!text) return std::unexpected(text.error());
    const auto* const found = std::ranges::find(mechanism_names, *text);
    if (found == mechanism_names.end()) {
      return refuse(element, policy::quoted(*text) + " is no mechanism of the sandbox");
    }
    mechanisms.push_back(static_cast<SandboxMechanism>(found - mechanism_names.begin()));
  }
  return mechanisms;
}

HostPort split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end == text.npos) return {text, {}};
    return {text.substr(1, end - 1), text.substr(end + 2)};
  }
  const std::size_t colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != last || port == 0 || text.starts_with('0')) {
    return fail(ErrorCode::invalid_argument,
                policy::quoted(text) + " is not a port from 1 to 65535");
  }
  return port;
}

}  // namespace seekd::config
