// The broker's reader of what a worker in hostile hands writes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/worker/message.h"

using namespace seekd::fetcher;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t content_bytes_max = 1 << 20;
  if (const auto reply = decode_reply(bytes, content_bytes_max)) {
    if (decode_reply(encode(*reply), content_bytes_max) != *reply) std::abort();
  }
  if (const auto job = decode_job(bytes)) {
    if (decode_job(encode(*job)) != *job) std::abort();
  }
  return 0;
}
