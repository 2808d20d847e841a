// How a reply is sent: whole, or as it is written.
//
// Pure; any thread.

#pragma once

#include <cstdint>

#include "daemon/api/fields.h"

namespace seekd::daemon {

enum class Delivery : std::uint8_t {
  whole,     // one JSON object
  streamed,  // server-sent events
};

enum class UsageChunk : std::uint8_t { left_out, sent };  // stream_options.include_usage

struct DeliveryTerms {
  Delivery delivery = Delivery::whole;
  UsageChunk usage_chunk = UsageChunk::left_out;
};

// "stream" and "stream_options" of the completions' requests.
DeliveryTerms read_delivery(Fields& fields);

}  // namespace seekd::daemon
