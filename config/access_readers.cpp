#include "config/access_readers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/collection_reader.h"
#include "config/egress_readers.h"
#include "config/scalar_readers.h"
#include "config/table_reader.h"
#include "policy/address.h"
#include "policy/collection.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

using C = CallerConfig;

constexpr std::size_t callers_max = 10'000;
constexpr std::uint64_t per_minute_max = 1'000'000'000;
constexpr std::uint64_t share_max = 1000;
constexpr std::size_t certificate_name_bytes_max = 255;

constexpr std::array algorithms{JwtAlgorithm::hs256, JwtAlgorithm::rs256, JwtAlgorithm::es256};

Result<std::string> read_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && !policy::is_caller_name(*name)) {
    return refuse(value, policy::quoted(*name) +
                             " is no name: 1 to 64 letters, digits, '-', '_', '.' and '@'");
  }
  return name;
}

Result<policy::Right> read_right(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (const auto right = policy::parse_right(*text)) return *right;
  std::string known;
  for (std::size_t i = 0; i < policy::rights_count; ++i) {
    known += (i == 0 ? "" : ", ") + std::string(to_string(static_cast<policy::Right>(i)));
  }
  return refuse(value, policy::quoted(*text) + " is no right (known: " + known + ')');
}

Result<std::optional<policy::Subject>> read_account(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  using Kind = policy::Subject::Kind;
  const Result<policy::Subject> subject = policy::parse_subject(*text);
  const bool account = subject && subject->kind != Kind::everyone &&
                       subject->kind != Kind::caller && subject->kind != Kind::role;
  if (account) return *subject;
  return refuse(value, policy::quoted(*text) +
                           R"( is no account: write "uid:1001", "user:alice", "gid:50" or )"
                           R"("group:ops")");
}

Result<std::string> read_certificate_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && (name->empty() || name->size() > certificate_name_bytes_max)) {
    return refuse(value, policy::quoted(*name) + " is no name of 1 to 255 bytes");
  }
  return name;
}

template <std::optional<std::size_t> C::* Member>
Status set_limit(C& caller, const Value& value) {
  return assign(caller.*Member, read_count(value, {0, per_minute_max}));
}

constexpr std::array caller_keys{
    Key<C>{"name", [](C& c, const Value& v) { return assign(c.name, read_name(v)); }},
    Key<C>{"account", [](C& c, const Value& v) { return assign(c.account, read_account(v)); }},
    Key<C>{"certificate",
           [](C& c, const Value& v) { return assign(c.certificate, read_certificate_name(v)); }},
    Key<C>{"roles", [](C& c, const Value& v) { return assign(c.roles, read_role_names(v)); }},
    Key<C>{"sites", [](C& c, const Value& v) { return assign(c.sites, read_each(v, read_host)); }},
    Key<C>{"sites_denied",
           [](C& c, const Value& v) { return assign(c.sites_denied, read_each(v, read_host)); }},
    Key<C>{"collections",
           [](C& c, const Value& v) {
             return assign(c.collections, read_each(v, read_collection_name));
           }},
    Key<C>{"priority", [](C& c, const Value& v) { return assign(c.priority, read_priority(v)); }},
    Key<C>{"share",
           [](C& c, const Value& v) { return assign(c.share, read_count(v, {1, share_max})); }},
    Key<C>{"requests_per_minute", set_limit<&C::requests_per_minute>},
    Key<C>{"requests_burst", set_limit<&C::requests_burst>},
    Key<C>{"tokens_per_minute", set_limit<&C::tokens_per_minute>},
    Key<C>{"fetches_per_minute", set_limit<&C::fetches_per_minute>},
    Key<C>{"requests_at_once", set_limit<&C::requests_at_once>},
};

Result<C> read_caller(const Value& element) {
  Result<C> caller = read_table(element, caller_keys);
  if (caller && caller->name.empty()) return refuse(element, "the key name is missing");
  return caller;
}

Result<policy::Role> read_role(const Value& element) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  policy::Role role;
  for (const Field& field : *fields) {
    Status set;
    if (field.key == "name") {
      set = assign(role.name, read_name(field.value));
    } else if (field.key == "rights") {
      const auto rights = read_each(field.value, read_right);
      if (!rights) return std::unexpected(rights.error());
      for (const policy::Right right : *rights) role.rights.add(right);
    } else {
      return refuse(field.value,
                    policy::quoted(field.key) + " is unknown here (known: name, rights)");
    }
    if (!set) return std::unexpected(std::move(set.error()));
  }
  if (role.name.empty()) return refuse(element, "the key name is missing");
  return role;
}

Result<JwtAlgorithm> read_algorithm(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  for (const JwtAlgorithm algorithm : algorithms) {
    if (to_string(algorithm) == *text) return algorithm;
  }
  return refuse(value, policy::quoted(*text) + " is no algorithm that is served");
}

}  // namespace

Result<CallerPriority> read_priority(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "interactive") return CallerPriority::interactive;
  if (*text == "background") return CallerPriority::background;
  return refuse(value, policy::quoted(*text) + R"( is neither "interactive" nor "background")");
}

Result<std::string> read_listen(const Value& value) {
  Result<std::string> text = read_text(value);
  if (!text || text->empty()) return text;
  const HostPort parts = split_port(*text);
  const Result<policy::IpAddress> address = policy::parse_address(parts.host);
  if (!address) return refuse(value, address.error().message);
  const Result<std::uint16_t> port = parse_port(parts.port);
  if (!port) return refuse(value, port.error().message);
  return text;
}

Result<std::vector<std::string>> read_role_names(const Value& value) {
  return read_each(value, read_name);
}

Result<std::vector<policy::Role>> read_roles(const Value& value) {
  return read_each(value, read_role);
}

Result<std::vector<CallerConfig>> read_callers(const Value& value) {
  auto callers = read_each(value, read_caller);
  if (callers && callers->size() > callers_max) return refuse(value, "has more than 10000 tables");
  return callers;
}

Result<PlainHttp> read_plain_http(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "loopback") return PlainHttp::loopback;
  if (*text == "behind-proxy") return PlainHttp::behind_proxy;
  return refuse(value, policy::quoted(*text) + " is neither of them");
}

Result<ClientCertificates> read_client_certificates(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "accepted") return ClientCertificates::accepted;
  if (*text == "required") return ClientCertificates::required;
  return refuse(value, policy::quoted(*text) + " is neither of them");
}

std::string_view to_string(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::hs256:
      return "HS256";
    case JwtAlgorithm::rs256:
      return "RS256";
    case JwtAlgorithm::es256:
      return "ES256";
  }
  return "";
}

Result<std::vector<JwtAlgorithm>> read_jwt_algorithms(const Value& value) {
  return read_each(value, read_algorithm);
}

}  // namespace seekd::config
