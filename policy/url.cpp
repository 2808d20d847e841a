#include "policy/url.h"

#include <algorithm>
#include <array>
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

// Asked of every byte of every link of a page.
class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view bytes) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool contains(unsigned char c) const { return has_[c]; }

 private:
  std::array<bool, 256> has_{};
};

// RFC 3986 §3.3 and §3.4: what a path or a query may hold beside escapes.
constexpr ByteSet delimiters("!$&'()*+,;=:@/?");
bool is_path_or_query(unsigned char c) {
  return is_unreserved(c) || delimiters.contains(c);
}

// What RFC 3986 keeps out of paths and queries, and pages write there all the same. Browsers and
// curl send it as it is; here it is escaped, and so is a '%' that begins no escape (WHATWG URL,
// "path state" and "query state").
constexpr ByteSet unwise("\"<>[]^`{|}");
bool is_tolerated(unsigned char c) {
  return unwise.contains(c);
}

// RFC 3986 §6.2.2, and RFC 3987 §3.1 for bytes outside ASCII.
UrlResult<std::string> normal_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '%') {
      const std::optional<unsigned char> escaped = read_escape(text.substr(i));
      if (escaped && is_unreserved(*escaped)) {
        out += static_cast<char>(*escaped);
      } else {
        append_escape(out, escaped.value_or('%'));
      }
      i += escaped ? 2 : 0;
    } else if (byte >= 0x80 || is_tolerated(byte)) {
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
bool misleads(unsigned char c) {
  return c <= 0x20 || c == 0x7F || c == '\\';
}

// In UTF-8 from `at` on: a control of C1, or a separator of lines or paragraphs.
bool is_wide_control(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return false;
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("\xC2") && rest.size() > 1)
    return static_cast<unsigned char>(rest[1]) < 0xA0;
  return rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9");
}

std::optional<UrlError> misleading_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!misleads(static_cast<unsigned char>(text[i])) && !is_wide_control(text, i)) continue;
    return UrlError{UrlFault::malformed,
                    "the URL holds " + quoted(text.substr(i, 1)) + " at byte " + std::to_string(i)};
  }
  return std::nullopt;
}

// What stands between "//" and the path; {} where there is none.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Span authority_of(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?");
  const std::size_t slashes = text.starts_with("//") ? 0 : colon + 1;
  if (colon == std::string_view::npos || text.substr(slashes, 2) != "//") return {};
  return {slashes + 2, std::min(text.find_first_of("/?", slashes + 2), text.size())};
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

// Whether Boost.URL has to see an escape in place of text[at]: of bytes outside ASCII, of what is
// tolerated behind the host, and of the dots of a name. Without the last, Boost.URL 1.81 reads the
// host of "http://192.0.2.1.example.org/" as 192.0.2.1.
bool hidden_from_boost(std::string_view text, std::size_t at, const Span& authority) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0x80) return true;
  if (at >= authority.begin && at < authority.end) {
    return byte == '.' && text[authority.begin] != '[';
  }
  return is_tolerated(byte) || (byte == '%' && !read_escape(text.substr(at)));
}

std::string escaped_for_boost(std::string_view text) {
  const Span authority = authority_of(text);
  std::string out;
  out.reserve(text.size() + 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hidden_from_boost(text, i, authority)) {
      append_escape(out, static_cast<unsigned char>(text[i]));
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
