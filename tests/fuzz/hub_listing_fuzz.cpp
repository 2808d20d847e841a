// What must hold of every answer of a model hub: what the worker reads of it seekctl reads back as
// it is, its hashes are hashes, and of what is chosen no path leads out of the model's folder. The
// input is the response's Link field, a line feed, and the body.

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "fetcher/wire_download.h"
#include "fetcher/worker/hub_listing.h"
#include "policy/url.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const seekd::fetcher::HubListing& listing) {
  require(listing.files.size() <= seekd::fetcher::listing_files_max);
  require(listing.next.size() <= seekd::policy::url_bytes_max);
  for (const auto& file : listing.files) {
    require(seekd::policy::is_hash(file.kind, file.hash));
    require(file.bytes <= seekd::fetcher::file_bytes_max);
  }
  for (const char* pattern : {"", "*Q4_K_M*.gguf"}) {
    const auto chosen = seekd::policy::choose_model_files(listing.files, pattern);
    if (!chosen) continue;
    for (const auto& file : chosen->files) require(seekd::policy::is_plain_path(file.path));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), size);
  const std::string_view body = input.substr(std::min(line + 1, size));
  if (const auto read = seekd::fetcher::read_hub_listing(body, input.substr(0, line))) {
    check(*read);
    const auto back = seekd::fetcher::parse_hub_listing(seekd::fetcher::to_json(*read));
    require(back && *back == *read);
  }
  // A worker that was taken over writes what it likes.
  if (const auto written = seekd::fetcher::parse_hub_listing(body)) check(*written);
  return 0;
}
