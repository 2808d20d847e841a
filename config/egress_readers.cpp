#include "config/egress_readers.h"

#include <algorithm>

#include "config/scalar_readers.h"
#include "policy/quoted.h"
#include "policy/url.h"

namespace seekd::config {
namespace {

template <class T, class Read>
Result<std::vector<T>> read_each(const Value& value, Read read) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<T> items;
  for (const Value& element : *list) {
    Result<T> item = read(element);
    if (!item) return std::unexpected(std::move(item.error()));
    items.push_back(std::move(*item));
  }
  return items;
}

// A name that stands for all that a rule for its parent covers: ".org" is no host, "any.org" is.
constexpr std::string_view any_label = "any";

// What the door would say of `url` if the policy allowed its host by name.
policy::EgressVerdict judge_alone(const std::string& url) {
  policy::EgressPolicy policy;
  if (const Result<policy::Url> parsed = policy::parse_url(url)) {
    policy.allow.push_back({parsed->host, "/"});
  }
  return policy::judge_url(url, policy::Provenance::site_list, policy, policy::parse_url);
}

// A path of every host, judged on a name that stands for them.
Result<policy::SiteRule> every_host(const Value& at, std::string_view text) {
  const policy::EgressVerdict verdict =
      judge_alone("https://any.example" + std::string(text.substr(1)));
  if (!verdict.allowed()) return refuse(at, policy::quoted(text) + ": " + verdict.detail);
  return policy::SiteRule{".", verdict.url->target};
}

// HOST[/PATH] to its canonical spelling; "." is every host.
Result<policy::SiteRule> parse_site(const Value& at, std::string_view text) {
  const std::string_view host = text.substr(0, text.find('/'));
  if (text.find_first_of("?#*\\ ") != text.npos || host.find_first_of(":@%") != text.npos) {
    return refuse(at, policy::quoted(text) + " is not a plain host or host and path");
  }
  if (host == ".") return every_host(at, text);
  const std::string_view label = text.starts_with('.') ? any_label : "";
  const policy::EgressVerdict verdict =
      judge_alone("https://" + std::string(label) + std::string(text));
  if (!verdict.allowed()) {
    return refuse(at, policy::quoted(text) + " can never be fetched: " + verdict.detail);
  }
  return policy::SiteRule{verdict.url->host.substr(label.size()), verdict.url->target};
}

std::string_view take_scheme(std::string_view& text) {
  for (const std::string_view scheme : {"http", "https"}) {
    const std::size_t end = scheme.size() + 3;
    if (!text.starts_with(scheme) || text.substr(scheme.size(), 3) != "://") continue;
    text.remove_prefix(end);
    return scheme;
  }
  return "";
}

Result<policy::SiteRule> read_rule(const Value& element) {
  const Result<std::string> written = read_text(element);
  if (!written) return std::unexpected(written.error());
  std::string_view text = *written;
  const std::string_view scheme = take_scheme(text);
  const std::size_t path = std::min(text.find('/'), text.size());
  const std::size_t colon = std::min(text.substr(0, path).find(':'), path);
  std::uint16_t port = 0;
  if (colon != path) {
    const Result<std::uint16_t> read = parse_port(text.substr(colon + 1, path - colon - 1));
    if (!read) return refuse(element, read.error().message);
    port = *read;
  }
  Result<policy::SiteRule> rule =
      parse_site(element, std::string(text.substr(0, colon)) + std::string(text.substr(path)));
  if (!rule) return rule;
  rule->scheme = scheme;
  rule->port = port;
  return rule;
}

Result<policy::AddressRange> read_range(const Value& element) {
  const Result<std::string> text = read_text(element);
  if (!text) return std::unexpected(text.error());
  const Result<policy::AddressRange> range = policy::parse_address_range(*text);
  if (!range) return refuse(element, range.error().message);
  return *range;
}

Status set_exception_field(policy::AddressException& exception, const Field& field) {
  if (field.key == "address") {
    const Result<policy::AddressRange> range = read_range(field.value);
    if (!range) return std::unexpected(range.error());
    exception.range = *range;
  } else if (field.key == "port") {
    const Result<std::uint64_t> port = read_count(field.value, {1, 65535});
    if (!port) return std::unexpected(port.error());
    exception.port = static_cast<std::uint16_t>(*port);
  } else if (field.key == "reason") {
    Result<std::string> reason = read_text(field.value);
    if (!reason) return std::unexpected(std::move(reason.error()));
    if (reason->empty()) return refuse(field.value, "the reason is empty");
    exception.reason = std::move(*reason);
  } else {
    return refuse(field.value, policy::quoted(field.key) + " is unknown here");
  }
  return {};
}

Result<policy::AddressException> read_exception(const Value& element) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  for (const char* required : {"address", "port", "reason"}) {
    if (std::ranges::find(*fields, required, &Field::key) == fields->end()) {
      return refuse(element, std::string("the key ") + required + " is missing");
    }
  }
  policy::AddressException exception;
  for (const Field& field : *fields) {
    if (const Status set = set_exception_field(exception, field); !set) {
      return std::unexpected(set.error());
    }
  }
  return exception;
}

}  // namespace

Result<std::vector<policy::SiteRule>> read_rules(const Value& value) {
  return read_each<policy::SiteRule>(value, read_rule);
}

Result<std::string> read_host(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (text->find('/') != text->npos) return refuse(value, policy::quoted(*text) + " has a path");
  Result<policy::SiteRule> site = parse_site(value, *text);
  if (!site) return std::unexpected(std::move(site.error()));
  return std::move(site->host);
}

Result<std::vector<policy::AddressRange>> read_ranges(const Value& value) {
  return read_each<policy::AddressRange>(value, read_range);
}

Result<std::optional<policy::AddressRange>> read_nat64_prefix(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return std::nullopt;
  const Result<policy::AddressRange> range = read_range(value);
  if (!range) return std::unexpected(range.error());
  if (range->base.family != policy::IpAddress::Family::v6 || range->prefix_bits != 96) {
    return refuse(value, policy::quoted(*text) + " is not an IPv6 range of 96 bits");
  }
  if (range->contains(policy::IpAddress{})) {  // v4-mapped
    return refuse(value, policy::quoted(*text) + " spells IPv4 addresses, and is no translator's");
  }
  return *range;
}

Result<std::vector<policy::AddressException>> read_exceptions(const Value& value) {
  return read_each<policy::AddressException>(value, read_exception);
}

Result<policy::Route> read_route(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  if (*text == "direct") return policy::Route{};
  const HostPort parts = split_port(*text);
  const Result<policy::IpAddress> address = policy::parse_address(parts.host);
  if (!address) return refuse(value, policy::quoted(*text) + " does not name an IP address");
  const Result<std::uint16_t> port = parse_port(parts.port);
  if (!port) return refuse(value, port.error().message);
  return policy::Route{policy::Endpoint{*address, *port}};
}

}  // namespace seekd::config
