#include "daemon/api/delivery.h"

namespace seekd::daemon {

DeliveryTerms read_delivery(Fields& fields) {
  DeliveryTerms terms;
  if (fields.flag("stream").value_or(false)) terms.delivery = Delivery::streamed;
  const boost::json::object* object = fields.object("stream_options");
  if (object == nullptr) return terms;
  if (terms.delivery != Delivery::streamed) {
    fields.reject("stream_options", "invalid_value", "is for requests with \"stream\": true");
  }
  Fields options(*object, "stream_options");
  if (options.flag("include_usage").value_or(false)) terms.usage_chunk = UsageChunk::sent;
  if (const auto error = options.finish()) fields.reject(*error);
  return terms;
}

}  // namespace seekd::daemon
