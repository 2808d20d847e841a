#include "fetcher/worker/hub_listing.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "policy/url.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : std::string(text->data(), text->size());
}

// The size and the SHA-256 of what Git LFS holds, where the entry stands for that.
void read_lfs(const json::object& entry, policy::ModelFile& file) {
  const json::value* value = entry.if_contains("lfs");
  const json::object* lfs = value == nullptr ? nullptr : value->if_object();
  if (lfs == nullptr) return;
  file.kind = policy::HashKind::sha256;
  file.hash = text_at(*lfs, "oid");
  if (file.hash.empty()) file.hash = text_at(*lfs, "sha256");
}

Result<policy::ModelFile> read_entry(const json::object& entry) {
  policy::ModelFile file;
  file.path = text_at(entry, "path");
  file.kind = policy::HashKind::git_blob;
  file.hash = text_at(entry, "oid");
  read_lfs(entry, file);
  const json::value* size = entry.if_contains("size");
  json::error_code error;
  if (size != nullptr) file.bytes = size->to_number<std::uint64_t>(error);
  if (size == nullptr || error || file.bytes > file_bytes_max || file.path.empty() ||
      file.path.size() > policy::model_path_bytes_max || !policy::is_hash(file.kind, file.hash)) {
    return fail(ErrorCode::invalid_argument, "an entry of the listing lacks path, size or hash");
  }
  return file;
}

Result<HubListing> read_tree(const json::array& entries) {
  if (entries.size() > listing_files_max) {
    return fail(ErrorCode::too_large, "the listing has too many entries");
  }
  HubListing listing;
  for (const json::value& value : entries) {
    const json::object* entry = value.if_object();
    if (entry == nullptr) return fail(ErrorCode::invalid_argument, "an entry is no object");
    if (text_at(*entry, "type") != "file") continue;
    Result<policy::ModelFile> file = read_entry(*entry);
    if (!file) return std::unexpected(std::move(file.error()));
    listing.files.push_back(*std::move(file));
  }
  return listing;
}

// RFC 8288 §3: <URI>; rel="next", several of them between commas. A URL of ours holds neither of
// the brackets.
std::string next_of(std::string_view link) {
  while (true) {
    const std::size_t begin = link.find('<'), end = link.find('>');
    if (begin == link.npos || end == link.npos || end < begin) return "";
    const std::string_view url = link.substr(begin + 1, end - begin - 1);
    link.remove_prefix(end + 1);
    const std::string_view parameters = link.substr(0, link.find('<'));
    const bool next = parameters.contains("rel=\"next\"") || parameters.contains("rel=next");
    if (next && url.size() <= policy::url_bytes_max) return std::string(url);
  }
}

// RFC 3986 §2: a URI is of visible ASCII characters.
bool is_of_url(char c) {
  return c > ' ' && c <= '~';
}

}  // namespace

Result<HubListing> read_hub_listing(std::string_view body, std::string_view link) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code error;
  const json::value value = json::parse({body.data(), body.size()}, error, {}, options);
  if (error) return fail(ErrorCode::invalid_argument, "not JSON: " + error.message());
  if (const json::object* object = value.if_object()) {
    HubListing listing;
    listing.commit = text_at(*object, "sha");
    if (policy::is_hash(policy::HashKind::git_blob, listing.commit)) return listing;
    return fail(ErrorCode::invalid_argument, "the answer names no commit (sha)");
  }
  const json::array* entries = value.if_array();
  if (entries == nullptr) return fail(ErrorCode::invalid_argument, "neither object nor array");
  Result<HubListing> listing = read_tree(*entries);
  if (!listing) return listing;
  listing->next = next_of(link);
  if (std::ranges::all_of(listing->next, is_of_url)) return listing;
  return fail(ErrorCode::invalid_argument, "where the listing goes on is no URL");
}

}  // namespace seekd::fetcher
