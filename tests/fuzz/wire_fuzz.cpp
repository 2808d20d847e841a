// What a worker in hostile hands, or a broker, may write: neither parser may do more than refuse,
// and what is accepted comes back as it is.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/wire.h"
#include "fetcher/wire_notice.h"

using namespace seekd::fetcher;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = parse_fetch_request(text)) {
    if (parse_fetch_request(to_json(*request)) != *request) std::abort();
  }
  if (const auto reply = parse_fetch_reply(text)) {
    if (parse_fetch_reply(to_json(*reply)) != *reply) std::abort();
  }
  if (const auto notice = parse_notice_request(text)) {
    if (parse_notice_request(to_json(*notice)) != *notice) std::abort();
  }
  return 0;
}
