#include "fetcher/wire_download.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "fetcher/json_fields.h"
#include "fetcher/wire.h"
#include "policy/url.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::string_view wanted_file = "file", wanted_listing = "listing";
constexpr std::size_t hash_digits_max = 64;

Result<policy::ModelFile> parse_file(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid_argument, "listing: a file is no object");
  JsonFields reader(*object, "listing");
  policy::ModelFile file;
  file.path = reader.text("path", policy::model_path_bytes_max);
  file.bytes = reader.number("bytes", file_bytes_max);
  const std::string sha256 = reader.text("sha256", hash_digits_max);
  const std::string git_blob = reader.text("git_blob", hash_digits_max);
  if (const Status read = reader.finish(); !read) return std::unexpected(read.error());
  file.kind = sha256.empty() ? policy::HashKind::git_blob : policy::HashKind::sha256;
  file.hash = sha256.empty() ? git_blob : sha256;
  if (policy::is_hash(file.kind, file.hash)) return file;
  return fail(ErrorCode::invalid_argument, "listing: a file has no hash");
}

}  // namespace

std::string to_json(const DownloadRequest& request) {
  const bool file = request.wanted == Wanted::file;
  json::object object{{"url", request.url}, {"wanted", file ? wanted_file : wanted_listing}};
  if (file) {
    object["offset"] = request.offset;
    object["bytes"] = request.bytes;
  }
  return json::serialize(object);
}

Result<DownloadRequest> parse_download_request(std::string_view text) {
  if (text.size() > request_bytes_max) {
    return fail(ErrorCode::too_large,
                "download: more than " + std::to_string(request_bytes_max) + " bytes");
  }
  const auto object = parse_json_object(text, "download", 1);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "download");
  DownloadRequest request;
  request.url = reader.text("url", request_bytes_max);
  const std::string wanted = reader.text("wanted", 32);
  request.offset = reader.number("offset", file_bytes_max);
  request.bytes = reader.number("bytes", file_bytes_max);
  request.wanted = wanted == wanted_listing ? Wanted::listing : Wanted::file;
  if (request.url.empty()) reader.refuse(ErrorCode::invalid_argument, "url", "is missing");
  if (wanted != wanted_listing && wanted != wanted_file) {
    reader.refuse(ErrorCode::invalid_argument, "wanted", "is neither file nor listing");
  }
  if (request.wanted == Wanted::file && request.offset >= request.bytes) {
    reader.refuse(ErrorCode::invalid_argument, "offset", "is not below bytes");
  }
  if (auto read = reader.finish(); !read) return std::unexpected(read.error());
  return request;
}

std::string to_json(const HubListing& listing) {
  json::array files;
  for (const policy::ModelFile& file : listing.files) {
    const bool sha256 = file.kind == policy::HashKind::sha256;
    files.push_back(
        {{"path", file.path}, {"bytes", file.bytes}, {sha256 ? "sha256" : "git_blob", file.hash}});
  }
  json::object object{{"files", std::move(files)}};
  if (!listing.commit.empty()) object["commit"] = listing.commit;
  if (!listing.next.empty()) object["next"] = listing.next;
  return json::serialize(object);
}

Result<HubListing> parse_hub_listing(std::string_view line) {
  const auto object = parse_json_object(line, "listing", 4);
  if (!object) return std::unexpected(object.error());
  JsonFields reader(*object, "listing");
  HubListing listing;
  listing.commit = reader.text("commit", hash_digits_max);
  listing.next = reader.text("next", policy::url_bytes_max);
  if (const json::array* files = reader.array("files", listing_files_max)) {
    for (const json::value& value : *files) {
      Result<policy::ModelFile> file = parse_file(value);
      if (!file) return std::unexpected(std::move(file.error()));
      listing.files.push_back(*std::move(file));
    }
  }
  if (const Status read = reader.finish(); !read) return std::unexpected(read.error());
  if (listing.commit.empty() || policy::is_hash(policy::HashKind::git_blob, listing.commit)) {
    return listing;
  }
  return fail(ErrorCode::invalid_argument, "listing: commit is no hash");
}

}  // namespace seekd::fetcher
