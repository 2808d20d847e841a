#include "policy/collection.h"

#include <algorithm>
#include <utility>

#include "policy/percent_encoding.h"
#include "policy/quoted.h"
#include "policy/url.h"

namespace seekd::policy {
namespace {

constexpr std::string_view scheme = "collection:";

bool is_url(std::string_view path) {
  return path.starts_with("http://") || path.starts_with("https://");
}

Result<std::string> canonical_text(std::string_view written) {
  Result<Url> url = parse_url(written);
  if (!url) return std::unexpected(std::move(url.error()));
  return url->text();
}

// The bytes that a path in an address stands for; a '%' that begins no escape stands for itself.
std::string decoded(std::string_view path) {
  std::string bytes;
  while (!path.empty()) {
    const auto escaped = path.starts_with('%') ? read_escape(path) : std::nullopt;
    bytes += escaped ? static_cast<char>(*escaped) : path.front();
    path.remove_prefix(escaped ? 3 : 1);
  }
  return bytes;
}

// Names of folders and files between slashes. ':' is a path's to use (RFC 3986 §3.3).
Result<std::string> encoded(std::string_view path) {
  const auto refuse = [&](std::string_view name) {
    return fail(ErrorCode::invalid_argument, quoted(path) + " has the name " + quoted(name) +
                                                 " in it: write a path without such names");
  };
  std::string out;
  for (std::string_view rest = path;;) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return refuse(name);
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      if (is_unreserved(byte) || c == ':') {
        out += c;
      } else {
        append_escape(out, byte);
      }
    }
    if (slash == rest.size()) return out;
    out += '/';
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace

bool is_collection_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= collection_name_bytes_max &&
         std::ranges::all_of(name, allowed);
}

std::string_view collection_of(std::string_view address) {
  if (!address.starts_with(scheme)) return web_collection;
  address.remove_prefix(scheme.size());
  return address.substr(0, address.find('/'));
}

std::string collection_prefix(std::string_view name) {
  return std::string(scheme) + std::string(name);
}

Result<std::string> address_in(std::string_view collection, std::string_view path) {
  if (!is_collection_name(collection)) {
    return fail(ErrorCode::invalid_argument,
                quoted(collection) +
                    " is no collection's name: write 1 to 64 lower-case letters, "
                    "digits, '-' and '_'");
  }
  const bool web = collection == web_collection;
  Result<std::string> inside = web || is_url(path) ? canonical_text(path) : encoded(path);
  if (!inside || web) return inside;
  std::string address = collection_prefix(collection) + "/" + *inside;
  if (address.size() <= url_bytes_max) return address;
  return fail(ErrorCode::too_large, quoted(path.substr(0, 100)) + "…: its address is longer than " +
                                        std::to_string(url_bytes_max) + " bytes: shorten the path");
}

Result<std::string> parse_page_address(std::string_view text) {
  if (!text.starts_with(scheme)) return address_in(web_collection, text);
  const std::string_view name = collection_of(text);
  if (name == web_collection) {
    return fail(ErrorCode::invalid_argument,
                quoted(text) + ": a page of the web has its URL for an address");
  }
  const std::string_view rest = text.substr(scheme.size() + name.size());
  const std::string_view path = rest.substr(std::min<std::size_t>(1, rest.size()));
  return address_in(name, is_url(path) ? std::string(path) : decoded(path));
}

}  // namespace seekd::policy
