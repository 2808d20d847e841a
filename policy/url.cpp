#include "policy/url.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "policy/host.h"
#include "policy/percent_encoding.h"
#include "policy/quoted.h"

namespace seekd::policy {
namespace {

template <class T>
using UrlResult = std::expected<T, UrlError>;

std::unexpected<UrlError> refused(UrlFault fault, std::string message) {
  return std::unexpected(UrlError{fault, std::move(message)});
}

Error to_error(UrlError error) {
  return {error.fault == UrlFault::too_long ? ErrorCode::too_large : ErrorCode::invalid_argument,
          std::move(error.message)};
}

UrlError too_long() {
  return {UrlFault::too_long, "the URL is longer than " + std::to_string(url_bytes_max) + " bytes"};
}

std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// RFC 3986 §3.3 and §3.4: what a path or a query may hold beside escapes.
bool is_path_or_query(unsigned char c) {
  constexpr std::string_view delimiters = "!$&'()*+,;=:@/?";
  return is_unreserved(c) || (c != 0 && delimiters.find(static_cast<char>(c)) != delimiters.npos);
}

// RFC 3986 §6.2.2, and RFC 3987 §3.1 for bytes outside ASCII.
UrlResult<std::string> normal_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '%') {
      const std::optional<unsigned char> escaped = read_escape(text.substr(i));
      if (!escaped) return refused(UrlFault::malformed, "a '%' of the URL begins no escape");
      if (is_unreserved(*escaped)) {
        out += static_cast<char>(*escaped);
      } else {
        append_escape(out, *escaped);
      }
      i += 2;
    } else if (byte >= 0x80) {
      append_escape(out, byte);
    } else if (is_path_or_query(byte)) {
      out += text[i];
    } else {
      return refused(UrlFault::malformed,
                     "the URL holds " + quoted(text.substr(i, 1)) + " where only %-escapes may");
    }
  }
  return out;
}

// RFC 3986 §5.2.4. REQUIRES: `path` starts with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment != "/." && segment != "/..") {
      out += segment;
      continue;
    }
    if (segment == "/..") out.resize(out.empty() ? 0 : out.rfind('/'));
    if (path.empty()) out += '/';
  }
  return out;
}

UrlResult<std::string> canonical_target(std::string_view path,
                                        std::optional<std::string_view> query) {
  if (path.empty()) path = "/";
  if (path.front() != '/')
    return refused(UrlFault::malformed, "what follows the host and port does not start with '/'");
  UrlResult<std::string> target = normal_escapes(path);
  if (!target) return target;
  *target = without_dot_segments(*target);
  if (!query) return target;
  const UrlResult<std::string> normal_query = normal_escapes(*query);
  if (!normal_query) return normal_query;
  return *target + '?' + *normal_query;
}

UrlResult<std::uint16_t> read_port(std::string_view digits, std::string_view scheme) {
  if (digits.empty()) return default_port(scheme);
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || stop != digits.data() + digits.size() || digits.front() == '0') {
    return refused(UrlFault::malformed,
                   "the port " + quoted(digits) + " is not a plain number from 1 to 65535");
  }
  return port;
}

UrlResult<Url> canonical(const UrlParts& parts) {
  Url url;
  for (const char c : parts.scheme)
    url.scheme += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
  if (url.scheme != "http" && url.scheme != "https") {
    return refused(UrlFault::scheme, "the scheme " + quoted(parts.scheme) + " is not https");
  }
  if (parts.host.empty()) return refused(UrlFault::malformed, "the URL names no host");
  Result<std::string> host = canonical_host(parts.host);
  if (!host) return refused(UrlFault::host, std::move(host.error().message));
  url.host = *std::move(host);
  const UrlResult<std::uint16_t> port = read_port(parts.port, url.scheme);
  if (!port) return std::unexpected(port.error());
  url.port = *port;
  UrlResult<std::string> target = canonical_target(parts.path, parts.query);
  if (!target) return std::unexpected(std::move(target.error()));
  url.target = *std::move(target);
  if (url.text().size() > url_bytes_max) return std::unexpected(too_long());
  return url;
}

// White space and controls of ASCII, and backslashes: read differently by every parser there is.
std::optional<UrlError> misleading_byte(std::string_view text) {
  const auto at = std::ranges::find_if(
      text, [](unsigned char c) { return c <= 0x20 || c == 0x7F || c == '\\'; });
  if (at == text.end()) return std::nullopt;
  const auto offset = static_cast<std::size_t>(at - text.begin());
  return UrlError{UrlFault::malformed, "the URL holds " + quoted(text.substr(offset, 1)) +
                                           " at byte " + std::to_string(offset)};
}

// What stands between "://" and the path. Errs towards more: it is for refusing and escaping.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Span authority_of(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return {};
  return {colon + 3, std::min(text.find_first_of("/?", colon + 3), text.size())};
}

std::optional<UrlError> misleading_authority(std::string_view text) {
  const auto [begin, end] = authority_of(text);
  const std::string_view authority = text.substr(begin, end - begin);
  if (authority.find('@') != std::string_view::npos) {
    return UrlError{UrlFault::userinfo, "the URL holds userinfo ('@' before the host); remove it"};
  }
  if (authority.find('%') != std::string_view::npos) {
    return UrlError{UrlFault::malformed, "the URL's host is percent-encoded; write it plainly"};
  }
  return std::nullopt;
}

// As Boost.URL can read it. Bytes outside ASCII are escaped, and so are the dots of a name: without
// that, Boost.URL 1.81 reads the host of "http://192.0.2.1.example.org/" as 192.0.2.1.
std::string escaped_for_boost(std::string_view text) {
  const auto [begin, end] = authority_of(text);
  const bool is_name = begin < end && text[begin] != '[';
  std::string out;
  out.reserve(text.size() + 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || (byte == '.' && is_name && i >= begin && i < end)) {
      append_escape(out, byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

// A fragment begins at the first '#', whatever follows (RFC 3986 §3.5), and is never sent.
std::string_view without_fragment(std::string_view text) {
  return text.substr(0, text.find('#'));
}

std::string_view view(boost::urls::string_view text) {
  return {text.data(), text.size()};
}

UrlResult<Url> split(std::string_view text) {
  const std::string escaped = escaped_for_boost(text);
  const auto parsed = boost::urls::parse_uri(escaped);
  if (!parsed) {
    return refused(UrlFault::malformed, quoted(text) + " is not an absolute URL (RFC 3986 §3)");
  }
  const std::string host = parsed->host();  // decoded: the escapes are our own
  UrlParts parts{.scheme = view(parsed->scheme()),
                 .host = host,
                 .port = view(parsed->port()),
                 .path = view(parsed->encoded_path()),
                 .query = std::nullopt};
  if (parsed->has_query()) parts.query = view(parsed->encoded_query());
  return canonical(parts);
}

}  // namespace

std::string_view Url::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string Url::origin() const {
  std::string out = scheme + "://" + host;
  if (port != default_port(scheme)) out += ':' + std::to_string(port);
  return out;
}

std::string Url::text() const {
  return origin() + target;
}

std::expected<Url, UrlError> read_url(std::string_view text) {
  if (text.size() > url_bytes_max) return std::unexpected(too_long());
  if (auto error = misleading_byte(text)) return std::unexpected(*std::move(error));
  text = without_fragment(text);
  if (auto error = misleading_authority(text)) return std::unexpected(*std::move(error));
  return split(text);
}

Result<Url> parse_url(std::string_view text) {
  std::expected<Url, UrlError> url = read_url(text);
  if (!url) return std::unexpected(to_error(std::move(url.error())));
  return *std::move(url);
}

Result<Url> canonical_url(const UrlParts& parts) {
  UrlResult<Url> url = canonical(parts);
  if (!url) return std::unexpected(to_error(std::move(url.error())));
  return *std::move(url);
}

Result<std::string> absolute_text(const Url& base, std::string_view reference) {
  if (reference.size() > url_bytes_max) return std::unexpected(to_error(too_long()));
  const std::string_view bare = without_fragment(reference);
  const std::string escaped = escaped_for_boost(bare);
  const auto parsed = boost::urls::parse_uri_reference(escaped);
  if (!parsed) {
    return fail(ErrorCode::invalid_argument,
                quoted(reference) + " is not a URI reference (RFC 3986 §4.1)");
  }
  if (parsed->has_scheme()) return std::string(bare);
  if (parsed->has_authority()) return base.scheme + ':' + std::string(bare);
  if (bare.starts_with('/')) return base.origin() + std::string(bare);
  if (bare.empty()) return base.text();
  const std::string_view path = base.path();
  const std::size_t kept = bare.starts_with('?') ? path.size() : path.rfind('/') + 1;
  return base.origin() + std::string(path.substr(0, kept)) + std::string(bare);
}

Result<Url> resolve_reference(const Url& base, std::string_view reference) {
  const Result<std::string> text = absolute_text(base, reference);
  if (!text) return std::unexpected(text.error());
  return parse_url(*text);
}

}  // namespace seekd::policy
