// Collections: the named parts of the memory, each with readers of its own. The web is one of them.
//
// The address of a page says which collection holds it, so that nobody has to look a page up to
// know who may read it. Of the web a page's address is its URL; of any other collection it is
// "collection:NAME/PATH" (RFC 3986 §3, a scheme of ours), where PATH is where a file stood in the
// folder it was imported from ("collection:handbook/docs/vpn.md"), or the URL of a page that was
// imported with its text. Pure; any thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::policy {

inline constexpr std::string_view web_collection = "web";
inline constexpr std::size_t collection_name_bytes_max = 64;

// Lower-case letters, digits, '-' and '_', 1 to 64 of them.
bool is_collection_name(std::string_view name);

// The collection that holds what is addressed so, a page or all below a prefix: the web, unless
// the text begins with "collection:".
std::string_view collection_of(std::string_view address);

// "collection:NAME", which begins the addresses of a collection's pages. REQUIRES:
// is_collection_name(name).
std::string collection_prefix(std::string_view name);

// The address of what stands at `path` in a collection: a URL, or the names of folders and of a
// file between slashes, in any bytes. Of the web the URL itself. Errors: invalid_argument (no
// collection's name; neither URL nor path; a path with a name that is empty, "." or ".."),
// too_large.
Result<std::string> address_in(std::string_view collection, std::string_view path);

// The canonical spelling of an address that a caller wrote. Errors as address_in's and parse_url's.
Result<std::string> parse_page_address(std::string_view text);

}  // namespace seekd::policy
